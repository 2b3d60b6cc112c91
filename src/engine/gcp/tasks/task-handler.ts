import type { IncomingMessage, ServerResponse } from 'node:http';
import { RunTask } from './run-task.ts';

/** What became of a delivery. `failed`: it is to come again. */
export type TaskResult = { readonly done: string } | { readonly failed: string };

const maxBodyBytes = 10_000;

/**
 * Takes the tasks of one queue, and nothing from anybody else: App Engine sets `X-AppEngine-QueueName` itself and takes
 * it away from what comes from outside, except from the application's administrators
 * (cloud.google.com/tasks/docs/creating-appengine-handlers, "Reading App Engine task request headers"). Behind any other
 * front end everybody could send it.
 *
 * The queue repeats whatever is not answered with 2xx. A failure is a 500, because a 503 slows the whole queue down.
 */
export function createTaskHandler(queueName: string, handleTask: (task: RunTask) => Promise<TaskResult>) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers['x-appengine-queuename'] !== queueName) rejectRequest(response, 403);
    else respond(request, response).catch(() => response.destroy());
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === undefined) return rejectRequest(response, 413);
    const task = parseTask(body);
    // One of a newer release: until that one takes it, it comes again.
    if (!task) return rejectRequest(response, 400);
    const result = await handleTask(task);
    // An instance that stops waits for its connections: an idle one that is kept costs it seconds of its last ones.
    response.writeHead('done' in result ? 200 : 500, { 'content-type': 'text/plain', connection: 'close' });
    response.end(`${'done' in result ? result.done : result.failed}\n`);
  }
}

/** The connection ends with the answer, so what was not read of the request stays unread. */
function rejectRequest(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}

/** Undefined: longer than a task of ours can be. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseTask(body: string): RunTask | undefined {
  try {
    return RunTask.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
