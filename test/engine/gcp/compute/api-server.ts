import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface ApiServer {
  readonly url: string;
  /** `POST /global/networks`, oldest first. */
  readonly seen: string[];
  readonly bodies: string[];
  /** What the next requests get, in order; the last one stays. */
  answers: Answer[];
  close(): Promise<void>;
}

/** A server for responses that neither Google nor the emulator gives on demand. */
export async function startApiServer(): Promise<ApiServer> {
  const seen: string[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    seen.push(
      `${request.method} ${(request.url ?? '').replace(/^\/compute\/v1\/projects\/[^/]+/, '').replace(/\?.*/, '')}`,
    );
    bodies.push(body);
    const answer = api.answers.length > 1 ? api.answers.shift() : api.answers[0];
    answer?.(request, response, body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const api: ApiServer = {
    url: `http://127.0.0.1:${port}`,
    seen,
    bodies,
    answers: [],
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return api;
}

export function json(status: number, body: object): Answer {
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** An error in Compute Engine's format. */
export function refusal(code: number, reason: string | undefined, extra: object = {}): Answer {
  const message = `Google says ${code}.`;
  const errors = reason === undefined ? {} : { errors: [{ message, domain: 'global', reason }] };
  return json(code, { error: { code, message, ...errors, ...extra } });
}

export function operation(status: 'PENDING' | 'RUNNING' | 'DONE', part: object = {}): Answer {
  return json(200, { kind: 'compute#operation', id: '1', name: 'operation-1', status, ...part });
}

export const hang: Answer = () => {};
export const cut: Answer = (request) => request.socket.destroy();
export const cutInTheMiddle: Answer = (request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"name":', () => request.socket.destroy());
};
export const html: Answer = (_, response) =>
  response.writeHead(500, { 'content-type': 'text/html' }).end('<html>Something broke</html>');
