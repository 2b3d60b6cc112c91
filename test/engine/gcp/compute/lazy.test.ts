import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const compute = fileURLToPath(new URL('../../../../src/engine/gcp/compute/create-compute-client.ts', import.meta.url));

/** Prints which of Google's packages a process has loaded, before and after its first call. */
const program = `
  import { createRequire } from 'node:module';
  const { cache } = createRequire(import.meta.url);
  const loaded = (part) => Object.keys(cache).filter((path) => path.includes(part)).length;
  const { createComputeClient } = await import(${JSON.stringify(compute)});
  const cloud = createComputeClient({ project: 'p', endpoint: 'http://127.0.0.1:1' });
  const before = loaded('@google-cloud') + loaded('google-');
  await cloud.networks.get({ name: 'n' }, new AbortController().signal).catch(() => {});
  console.log(JSON.stringify({ before, clients: loaded('_client.js') }));
`;

test('loads only the required client, on the first call', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
  });
  expect(JSON.parse(stdout)).toEqual({ before: 0, clients: 1 });
});
