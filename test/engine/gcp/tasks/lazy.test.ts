import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const queue = fileURLToPath(new URL('../../../../src/engine/gcp/tasks/task-queue.ts', import.meta.url));

/** Prints whether a process has loaded Google's packages, before and after its first call. */
const program = `
  import { createRequire } from 'node:module';
  const { cache } = createRequire(import.meta.url);
  const loaded = () => Object.keys(cache).some((path) => path.includes('google-gax'));
  const { createTaskQueue } = await import(${JSON.stringify(queue)});
  const opened = createTaskQueue({ queue: 'projects/p/locations/l/queues/q', endpoint: 'http://127.0.0.1:1', deadlineMs: 60_000 });
  const before = loaded();
  opened.add({ run: 'r', triggerSeq: 0, cause: 'requested', attempt: 0 }, '/', undefined).catch(() => {});
  while (!loaded()) await new Promise(setImmediate);
  console.log(JSON.stringify({ before, after: loaded() }));
  process.exit();
`;

test('loads Google’s packages on the first call', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
    timeout: 20_000,
  });
  expect(JSON.parse(stdout)).toEqual({ before: false, after: true });
});
