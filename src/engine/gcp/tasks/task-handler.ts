import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson } from '../../../store/parse-json.ts';
import { RunTask } from './run-task.ts';

/** Result of a delivery. Cloud Tasks redelivers after `failed`. */
export type TaskResult = { readonly done: string } | { readonly failed: string };

const maxBodyBytes = 10_000;

/**
 * Handles the tasks of one queue and rejects other requests. App Engine sets `X-AppEngine-QueueName` and strips it from
 * external requests, except those of the application's administrators
 * (cloud.google.com/tasks/docs/creating-appengine-handlers, "Reading App Engine task request headers"). Behind any other
 * front end, the header proves nothing.
 *
 * Cloud Tasks redelivers on any status other than 2xx. Failures return 500, because 503 throttles the whole queue.
 */
export function createTaskHandler(queueName: string, handleTask: (task: RunTask) => Promise<TaskResult>) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers['x-appengine-queuename'] !== queueName) rejectRequest(response, 403);
    else respond(request, response).catch(() => response.destroy());
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === undefined) return rejectRequest(response, 413);
    const task = RunTask.safeParse(parseJson(body)).data;
    // A task of a newer release is redelivered until that release receives it.
    if (!task) return rejectRequest(response, 400);
    const result = await handleTask(task);
    // Idle keep-alive connections delay shutdown, so close them.
    response.writeHead('done' in result ? 200 : 500, { 'content-type': 'text/plain', connection: 'close' });
    response.end(`${'done' in result ? result.done : result.failed}\n`);
  }
}

/** Closes the connection, so the rest of the request is not read. */
function rejectRequest(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}

/** Returns undefined if the body is longer than any valid task. */
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
