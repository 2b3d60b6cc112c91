import type { IncomingMessage, ServerResponse } from 'node:http';
import { Look } from './run-task.ts';

/** What became of a delivery. `failed`: it is to come again. */
export type Taken = { readonly done: string } | { readonly failed: string };

const longestBody = 10_000;

/**
 * Takes the tasks of one queue, and nothing from anybody else: App Engine sets `X-AppEngine-QueueName` itself and takes
 * it away from what comes from outside, except from the application's administrators
 * (cloud.google.com/tasks/docs/creating-appengine-handlers, "Reading App Engine task request headers"). Behind any other
 * front end everybody could send it.
 *
 * The queue repeats whatever is not answered with 2xx. A failure is a 500, because a 503 slows the whole queue down.
 */
export function taskEndpoint(queueName: string, take: (look: Look) => Promise<Taken>) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers['x-appengine-queuename'] !== queueName) refuse(response, 403);
    else answer(request, response).catch(() => response.destroy());
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (body === undefined) return refuse(response, 413);
    const look = lookIn(body);
    // One of a newer release: until that one takes it, it comes again.
    if (!look) return refuse(response, 400);
    const taken = await take(look);
    // An instance that stops waits for its connections: an idle one that is kept costs it seconds of its last ones.
    response.writeHead('done' in taken ? 200 : 500, { 'content-type': 'text/plain', connection: 'close' });
    response.end(`${'done' in taken ? taken.done : taken.failed}\n`);
  }
}

/** The connection ends with the answer, so what was not read of the request stays unread. */
function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}

/** Undefined: longer than a task of ours can be. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > longestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function lookIn(body: string): Look | undefined {
  try {
    return Look.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
