import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request received by the bot. */
export interface ReceivedRequest {
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * Starts a bot without Bolt, to test the exact requests.
 * @param respond returns status and headers, given the number of earlier requests
 */
export async function startMinimalBot(respond: (earlierCount: number) => [number, Record<string, string>?]) {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const [status, headers] = respond(received.length);
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
