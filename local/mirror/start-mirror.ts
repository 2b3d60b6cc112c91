import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIPv4 } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccessToken, hasBearerToken } from '../access-token.ts';
import { hasLoopbackHost, isCrossOrigin } from '../local-request.ts';
import { loadContent, type MirrorContent } from './serving/content.ts';
import { FaultInjector, faultsSchema } from './serving/fault-injector.ts';
import { type FileResponse, sendFile } from './serving/send-file.ts';

export interface MirrorOptions {
  readonly cacheDir: string;
  /** A loopback address, 127.0.0.0/8. Default 127.0.0.1. */
  readonly host?: string;
  /** Bearer token of `/_local/`. Default: a random one. */
  readonly token?: string;
  /** Default: a free port. */
  readonly port?: number;
  readonly log?: (line: string) => void;
}

export interface Mirror {
  /** `http://HOST:PORT`, without a trailing slash. */
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

/**
 * Serves the cache: `/HOST/PATH` for upstream's `https://HOST/PATH`, images below `/v2/`, and with the token `/_local/`
 * for inspection and fault injection. The content is public, so machines need no token for it.
 * @throws Error when the address is not a loopback address or is in use
 */
export async function startMirror(options: MirrorOptions): Promise<Mirror> {
  const host = options.host ?? '127.0.0.1';
  if (!isIPv4(host) || !host.startsWith('127.'))
    throw new Error(`cannot start the mirror on "${host}": use a loopback address (127.0.0.0/8)`);
  const content = await loadContent(options.cacheDir);
  const token = options.token ?? createAccessToken();
  const state: ServerState = { content, token, faults: new FaultInjector(), requestCounts: new Map() };
  const server = createServer((request, response) => {
    handleRequest(request, response, state).catch((error: Error) => {
      if (!response.headersSent) sendText(response, 500, `sending "${request.url}" failed: ${error.message}`);
      else response.destroy();
      // Ignore clients that disconnect early.
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
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ServerState {
  readonly content: MirrorContent;
  readonly token: string;
  readonly faults: FaultInjector;
  /** Number of requests by path. */
  readonly requestCounts: Map<string, number>;
}

async function handleRequest(request: IncomingMessage, response: ServerResponse, state: ServerState): Promise<void> {
  const { content, faults, requestCounts } = state;
  const url = new URL(`http://mirror${request.url}`);
  if (!hasLoopbackHost(request) || isCrossOrigin(request))
    return sendText(response, 403, 'Host and Origin must be the address of the mirror');
  if (url.pathname.startsWith('/_local/') && !hasBearerToken(request, state.token))
    return sendText(response, 401, 'this request needs the mirror’s access token');
  if (url.pathname === '/_local/status')
    return sendJson(response, 200, {
      ...content.getStatus(),
      faults: faults.list(),
      requestCounts: Object.fromEntries(requestCounts),
    });
  if (url.pathname === '/_local/faults' && request.method === 'POST')
    return await replaceFaults(request, response, faults);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return sendText(response, 405, 'the mirror answers GET and HEAD');
  requestCounts.set(url.pathname, (requestCounts.get(url.pathname) ?? 0) + 1);
  const fault = faults.takeFault(url.pathname, request.method);
  if (fault?.delayMs !== undefined) await delayResponse(fault.delayMs, response);
  if (fault?.status !== undefined)
    return sendText(response, fault.status, 'this answer was asked for at /_local/faults');
  if (url.pathname === '/v2' || url.pathname.startsWith('/v2/'))
    return await handleRegistryRequest(request, response, url, content, fault);
  const file = content.findFile(url.pathname);
  if (file === undefined)
    return sendText(response, 404, `the mirror has no "${url.pathname}"; /_local/status lists what it has`);
  await sendFile(request, response, file, fault);
}

/** Waits, but no longer than the client does. */
async function delayResponse(ms: number, response: ServerResponse): Promise<void> {
  const disconnect = new AbortController();
  const onClose = () => disconnect.abort();
  response.once('close', onClose);
  await sleep(ms, undefined, { signal: disconnect.signal }).catch(() => undefined);
  response.off('close', onClose);
}

async function handleRegistryRequest(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  content: MirrorContent,
  fault: ReturnType<FaultInjector['takeFault']>,
): Promise<void> {
  response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
  const path = url.pathname.replace(/^\/v2\/?/, '');
  if (path === '') return sendJson(response, 200, {});
  const found: FileResponse | { code: string; message: string } = content.registry.find(
    path,
    url.searchParams.get('ns') ?? undefined,
  );
  if ('code' in found) return sendJson(response, 404, { errors: [found] });
  await sendFile(request, response, found, fault);
}

async function replaceFaults(request: IncomingMessage, response: ServerResponse, faults: FaultInjector): Promise<void> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await text(request));
  } catch {
    return sendText(response, 400, 'faults are a JSON array');
  }
  const result = faultsSchema.safeParse(parsed);
  if (!result.success)
    return sendText(
      response,
      400,
      `faults are not as expected: ${result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    );
  faults.replace(result.data);
  sendJson(response, 200, faults.list());
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const content = JSON.stringify(body);
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(content) })
    .end(content);
}

function sendText(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}
