import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { isLoopback } from '../read-settings.ts';
import type { World } from '../state/cloud-state.ts';
import { ApiError } from './api-error.ts';
import { readBatch, writeBatch } from './batch.ts';
import type { Faults } from './fault-injector.ts';
import { admin } from './handle-admin-request.ts';
import { type Answer, type Asked, answer, methodOf } from './handle-api-request.ts';

/** Answers HTTP requests: the API, batches of it, and `/_kthw/` for tests. */
export function serve(world: World, faults: Faults): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    respond(request, response, gone.signal).catch((error: unknown) => {
      if (error instanceof Cut || gone.signal.aborted) response.destroy();
      else if (error instanceof ApiError) send(response, { status: error.status, body: error.toJSON() });
      else {
        console.error(`serving ${request.method} ${request.url}:`, error);
        response.destroy();
      }
    });
  };

  async function respond(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const host = refuseStrangers(request);
    const body = await read(request);
    const target = request.url ?? '/';
    const verb = request.method ?? 'GET';
    if (target.startsWith('/_kthw/')) return send(response, admin(verb, target, body, faults));
    if (verb !== 'POST' || !/^\/batch\/compute\/(v1|beta|alpha)\b/.test(target)) {
      return send(response, await one({ verb, target, body, host, signal }));
    }
    const parts = readBatch(request.headers['content-type'], body);
    const answers = await Promise.all(
      parts.map(async (part) => ({ contentId: part.contentId, ...(await one({ ...part, host, signal })) })),
    );
    const boundary = `batch_${randomUUID()}`;
    response
      .writeHead(200, { 'content-type': `multipart/mixed; boundary=${boundary}` })
      .end(writeBatch(answers, boundary));
  }

  /** One request, with what was ordered to go wrong with it. */
  async function one(asked: Asked): Promise<Answer> {
    const found = methodOf(asked);
    const fault = faults.meet(asked.verb, asked.target.split('?', 1)[0] ?? '', found);
    if (fault?.delayMs !== undefined) await pause(fault.delayMs, undefined, { signal: asked.signal });
    if (fault === undefined) return answer(asked, found, world, undefined);
    if ('respond' in fault) return { ...fault.respond, body: fault.respond.body ?? '' };
    if ('hang' in fault)
      return new Promise((_, reject) => asked.signal.addEventListener('abort', () => reject(new Cut())));
    if ('cut' in fault && fault.cut !== 'after') throw new Cut();
    const answered = await answer(asked, found, world, 'operationError' in fault ? fault.operationError : undefined);
    if ('cut' in fault) throw new Cut();
    return answered;
  }
}

class Cut extends Error {}

/** No page in a browser may drive the API, and no name that only looks like this machine's. @throws ApiError 403 */
function refuseStrangers(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (!isLoopback(name))
    throw new ApiError(403, 'forbidden', `The local cloud answers on loopback only, not as '${host}'.`);
  if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
    throw new ApiError(403, 'forbidden', 'The local cloud does not answer browsers.');
  }
  return host;
}

const mostBytes = 8 * 1024 * 1024;

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new ApiError(413, 'uploadTooLarge', `The request is larger than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers }).end(text);
}
