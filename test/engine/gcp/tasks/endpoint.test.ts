import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { RunTask } from '../../../../src/engine/gcp/tasks/run-task.ts';
import { createTaskHandler, type TaskResult } from '../../../../src/engine/gcp/tasks/task-handler.ts';

const runTask: RunTask = { run: 'r1', triggerSeq: 3, cause: 'requested', attempt: 0 };

async function serve(result: TaskResult = { done: 'completed' }) {
  const tasks: RunTask[] = [];
  const requests: IncomingMessage[] = [];
  const take = createTaskHandler('kthw', async (one) => {
    tasks.push(one);
    return result;
  });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    take(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const post = async (body: string, headers: Record<string, string>) => {
    const response = await fetch(`http://127.0.0.1:${port}/internal/run`, { method: 'POST', headers, body });
    expect(response.headers.get('connection')).toBe('close');
    return { status: response.status, text: (await response.text()).trim() };
  };
  return { port, post, tasks, requests };
}

test.each([
  ['nobody', {}],
  ['another queue', { 'x-appengine-queuename': 'kthw-2' }],
  ['its full name', { 'x-appengine-queuename': 'projects/p/locations/l/queues/kthw' }],
  ['two at once', { 'x-appengine-queuename': 'kthw, kthw' }],
  ['an HTTP task', { 'x-cloudtasks-queuename': 'kthw' }],
  ['an empty name', { 'x-appengine-queuename': '' }],
])('rejects a request in the name of %s', async (_, headers: Record<string, string>) => {
  const { post, tasks } = await serve();
  expect(await post(JSON.stringify(runTask), headers)).toEqual({ status: 403, text: '' });
  expect(tasks).toEqual([]);
});

test('rejects a forged request before reading its body and closes the connection', async () => {
  const { port, requests } = await serve();
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'POST /internal/run HTTP/1.1\r\nHost: x\r\nX-AppEngine-QueueName: other\r\nContent-Length: 100000\r\n\r\n',
  );
  const answer = (await socket.toArray()).join('');
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toMatch(/^connection: close/im);
  expect(requests[0]?.readableDidRead).toBe(false);
});

test('accepts a task of the queue with any header case', async () => {
  const { post, tasks } = await serve();
  const answer = await post(JSON.stringify(runTask), { 'X-APPENGINE-QueueName': 'kthw' });
  expect(answer).toEqual({ status: 200, text: 'completed' });
  expect(tasks).toEqual([runTask]);
});

test('answers failures with 500, so that the queue retries without throttling', async () => {
  const { post } = await serve({ failed: 'error' });
  const answer = await post(JSON.stringify(runTask), { 'x-appengine-queuename': 'kthw' });
  expect(answer).toEqual({ status: 500, text: 'error' });
});

test.each([
  ['not JSON', '{', 400],
  ['empty', '', 400],
  ['of another shape', JSON.stringify({ run: 'r1' }), 400],
  ['with a turn that is none', JSON.stringify({ ...runTask, triggerSeq: -1 }), 400],
  ['with a cause that is none', JSON.stringify({ ...runTask, cause: 'other' }), 400],
  ['too long', JSON.stringify({ ...runTask, more: 'x'.repeat(10_000) }), 413],
])('rejects a body that is %s', async (_, body, status) => {
  const { post, tasks } = await serve();
  expect((await post(body, { 'x-appengine-queuename': 'kthw' })).status).toBe(status);
  expect(tasks).toEqual([]);
});
