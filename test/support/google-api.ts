import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An error response of a Google API: https://cloud.google.com/apis/design/errors */
export class Refusal extends Error {
  readonly http: number;
  readonly body: object;

  constructor(http: number, status: string, message: string, reason?: string) {
    super(message);
    this.http = http;
    const details = reason
      ? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' }]
      : [];
    this.body = { error: { code: http, message, status, details } };
  }
}

export interface GoogleApi {
  readonly url: string;
  /** `GET /v1/name` for every request so far. */
  readonly calls: string[];
  stop(): Promise<void>;
}

/** A small HTTP API. @param answer returns the JSON response, or throws a Refusal */
export async function startGoogleApi(
  answer: (method: string, path: string, body: Record<string, unknown>, request: IncomingMessage) => object,
): Promise<GoogleApi> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    const path = decodeURIComponent((request.url ?? '').replace(/\?.*/, ''));
    const method = request.method ?? '';
    calls.push(`${method} ${path}`);
    const [status, body] = answered(() => answer(method, path, text ? JSON.parse(text) : {}, request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answered(work: () => object): [number, object] {
  try {
    return [200, work()];
  } catch (error) {
    if (error instanceof Refusal) return [error.http, error.body];
    return [500, { error: { code: 500, status: 'INTERNAL', message: String(error) } }];
  }
}
