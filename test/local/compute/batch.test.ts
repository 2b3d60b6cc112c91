import { describe, expect, it } from 'vitest';
import { parseBatch, renderBatchResponse } from '../../../local/compute/api/batch.ts';
import { bodies, localCloud } from './compute-emulator.ts';

describe('batches', () => {
  const cloud = localCloud();

  it('execute each request and return each response under its ID', async () => {
    const base = '/compute/v1/projects/batch/global';
    const sent = batch([
      ['<u+1>', `POST ${base}/networks?alt=json HTTP/1.1`, JSON.stringify(bodies.network('batched'))],
      ['<u+2>', `GET ${base}/networks/none?alt=json HTTP/1.1`, ''],
      ['<u+3>', 'GET /compute/v1/projects/batch/zones/us-central1-a', ''],
    ]);
    const response = await cloud.send('/batch/compute/v1', {
      method: 'POST',
      headers: { 'content-type': 'multipart/mixed; boundary="==b=="' },
      body: sent,
    });
    const [, boundary] = /boundary=(.+)/.exec(response.headers.get('content-type') ?? '') ?? [];
    const parts = (await response.text()).split(`--${boundary}`).slice(1, -1);
    expect(parts.map((part) => [/Content-ID: (.+)\r/.exec(part)?.[1], /HTTP\/1.1 (\d+)/.exec(part)?.[1]])).toEqual([
      ['<response-u+1>', '200'],
      ['<response-u+2>', '404'],
      ['<response-u+3>', '200'],
    ]);
    expect(parts[0]).toContain('"operationType":"insert"');
  });

  it.each([
    ['no boundary', 'multipart/mixed', '--b\n\nx\n--b--'],
    ['another type', 'application/json', '{}'],
    ['no end', 'multipart/mixed; boundary=b', '--b\n\nGET / HTTP/1.1\n'],
    ['no requests', 'multipart/mixed; boundary=b', '--b--'],
    ['a part that is not a request', 'multipart/mixed; boundary=b', '--b\n\nhello world of things\n--b--'],
  ])('are rejected with %s', async (_what, type, body) => {
    const response = await cloud.send('/batch/compute/v1', {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(400);
  });

  it.each(['\r\n', '\n'])('accept line endings of %j', (end) => {
    const text = batch([['<a>', 'POST /x?y=1 HTTP/1.1', '{"a": "b\\n\\nc"}']]).replaceAll('\r\n', end);
    expect(parseBatch('multipart/mixed; boundary="==b=="', text)).toEqual([
      { contentId: '<a>', verb: 'POST', target: '/x?y=1', body: '{"a": "b\\n\\nc"}' },
    ]);
  });

  it('count the bytes of a response, not its characters', () => {
    expect(renderBatchResponse([{ contentId: undefined, status: 200, body: { a: 'ü' } }], 'b')).toContain(
      'Content-Length: 10\r\n',
    );
  });
});

function batch(parts: readonly (readonly [id: string, request: string, body: string])[]): string {
  const written = parts.map(
    ([id, request, body]) =>
      `--==b==\r\nContent-Type: application/http\r\nContent-ID: ${id}\r\n\r\n${request}\r\nContent-Type: application/json\r\n\r\n${body}\r\n`,
  );
  return `${written.join('')}--==b==--`;
}
