import { expect, test } from 'vitest';
import type { KubeApi } from '../../../src/engine/kubernetes/kube-client.ts';
import { deleteObject, getObject } from '../../../src/engine/steps/get-object.ts';

const { signal } = new AbortController();

function createApi(status: number, body: unknown): KubeApi {
  return { request: async () => ({ status, body }), apply: async () => {} };
}

test.each([
  [
    'the message of a Status object',
    { kind: 'Status', message: 'namespaces "x" is forbidden' },
    'namespaces "x" is forbidden',
  ],
  ['a text', 'upstream connect error\n', 'upstream connect error'],
  ['nothing', {}, undefined],
])('keeps %s as the reason of a rejected request', async (_, body, detail) => {
  const api = createApi(403, body);
  await expect(getObject(api, '/x', signal)).rejects.toMatchObject({
    message: 'reading /x: the API server returned 403',
    detail,
  });
  await expect(deleteObject(api, '/x', signal)).rejects.toMatchObject({
    message: 'deleting /x: the API server returned 403',
    detail,
  });
});

test('limits the length of the reason', async () => {
  const request = getObject(createApi(500, { message: 'x'.repeat(5_000) }), '/x', signal);
  await expect(request).rejects.toMatchObject({ detail: 'x'.repeat(300) });
});
