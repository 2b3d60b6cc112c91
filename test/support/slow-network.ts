import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SlowNetwork {
  readonly url: string;
  /** Resolves when the first delayed request has arrived. */
  readonly requestHeld: Promise<void>;
  /** Releases the request; resolves when it has been answered. */
  release(): Promise<void>;
  close(): void;
}

/** Proxy to an HTTP server that delays the first request matching `line` (the end of `POST /a/path`) until released. */
export async function startSlowNetwork(target: string, line: string): Promise<SlowNetwork> {
  const [method = '', end = ''] = line.split(' ');
  const requestHeld = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const through = Promise.withResolvers<void>();
  let met = false;

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const path = new URL(request.url ?? '', target).pathname;
    const slow = !met && request.method === method && path.endsWith(end);
    if (slow) {
      met = true;
      requestHeld.resolve();
      await released.promise;
    }
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...headers } = request.headers;
    const answer = await fetch(new URL(request.url ?? '', target), {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length > 0 ? { body } : {}),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(bytes);
    if (slow) through.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestHeld: requestHeld.promise,
    async release() {
      released.resolve();
      await through.promise;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
