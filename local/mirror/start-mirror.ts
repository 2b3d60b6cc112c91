import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIPv4 } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Content, loadContent } from './serving/content.ts';
import { Faults, faultsSchema } from './serving/fault-injector.ts';
import { type FileToSend, sendFile } from './serving/send-file.ts';

export interface MirrorOptions {
  readonly cacheDir: string;
  /** A loopback address, 127.0.0.0/8. Default 127.0.0.1. */
  readonly host?: string;
  /** Default: one that the system picks. */
  readonly port?: number;
  readonly log?: (line: string) => void;
}

export interface Mirror {
  /** `http://HOST:PORT`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves what the cache holds: `/HOST/PATH` for upstream's `https://HOST/PATH`, images below `/v2/`, and `/_local/` for
 * looking and for faults on purpose.
 * @throws Error when the address is not a loopback address or is taken
 */
export async function startMirror(options: MirrorOptions): Promise<Mirror> {
  const host = options.host ?? '127.0.0.1';
  if (!isIPv4(host) || !host.startsWith('127.'))
    throw new Error(`starting the mirror on "${host}": it serves only loopback addresses, 127.0.0.0/8`);
  const content = await loadContent(options.cacheDir);
  const state: State = { content, faults: new Faults(), asked: new Map() };
  const server = createServer((request, response) => {
    answer(request, response, state).catch((error: Error) => {
      if (!response.headersSent) plain(response, 500, `sending "${request.url}" failed: ${error.message}`);
      else response.destroy();
      // A client that went away is its own affair.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE')
        options.log?.(`${request.url}: ${error.message}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface State {
  readonly content: Content;
  readonly faults: Faults;
  /** How often each path was asked for. */
  readonly asked: Map<string, number>;
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const { content, faults, asked } = state;
  const url = new URL(`http://mirror${request.url}`);
  if (url.pathname === '/_local/status')
    return json(response, 200, { ...content.status(), faults: faults.list(), asked: Object.fromEntries(asked) });
  if (url.pathname === '/_local/faults' && request.method === 'POST')
    return await replaceFaults(request, response, faults);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return plain(response, 405, 'the mirror answers GET and HEAD');
  asked.set(url.pathname, (asked.get(url.pathname) ?? 0) + 1);
  const fault = faults.take(url.pathname);
  if (fault?.delayMs !== undefined) await delay(fault.delayMs, response);
  if (fault?.status !== undefined) return plain(response, fault.status, 'this answer was asked for at /_local/faults');
  if (url.pathname === '/v2' || url.pathname.startsWith('/v2/'))
    return await answerRegistry(request, response, url, content, fault);
  const file = content.file(url.pathname);
  if (file === undefined)
    return plain(response, 404, `the mirror has no "${url.pathname}"; /_local/status lists what it has`);
  await sendFile(request, response, file, fault);
}

/** Waits, but not longer than the client does. */
async function delay(ms: number, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  response.once('close', onClose);
  await sleep(ms, undefined, { signal: gone.signal }).catch(() => undefined);
  response.off('close', onClose);
}

async function answerRegistry(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  content: Content,
  fault: ReturnType<Faults['take']>,
): Promise<void> {
  response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
  const path = url.pathname.replace(/^\/v2\/?/, '');
  if (path === '') return json(response, 200, {});
  const found: FileToSend | { code: string; message: string } = content.registry.find(
    path,
    url.searchParams.get('ns') ?? undefined,
  );
  if ('code' in found) return json(response, 404, { errors: [found] });
  await sendFile(request, response, found, fault);
}

async function replaceFaults(request: IncomingMessage, response: ServerResponse, faults: Faults): Promise<void> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await text(request));
  } catch {
    return plain(response, 400, 'faults are a JSON array');
  }
  const wanted = faultsSchema.safeParse(parsed);
  if (!wanted.success)
    return plain(
      response,
      400,
      `faults are not as expected: ${wanted.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    );
  faults.replace(wanted.data);
  json(response, 200, faults.list());
}

function json(response: ServerResponse, status: number, body: unknown): void {
  const content = JSON.stringify(body);
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(content) })
    .end(content);
}

function plain(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
