import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a bare bot got. */
export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * A bot without Bolt, to see exactly what is sent.
 * @param answer the status and headers of each answer, by how many came before
 */
export async function startBareBot(answer: (before: number) => [number, Record<string, string>?]) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const [status, headers] = answer(received.length);
    received.push({ headers: request.headers, body });
    response.writeHead(status, headers).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
