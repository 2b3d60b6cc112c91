import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { createFaultStreams } from '../../../local/mirror/serving/fault-streams.ts';
import type { Mirror } from '../../../local/mirror/start-mirror.ts';
import { filesPart, mirrorOf, readStatus, tinyImages } from './fixtures.ts';

const content = 'x'.repeat(4_000);

describe('injected faults', () => {
  it('return a status the given number of times, then the file', async () => {
    const mirror = await mirrorOf([filesPart('binaries', { 'host/file': content, 'host/other': content })]);
    const { url } = mirror;
    await order(mirror, [{ match: '/file', times: 2, status: 503 }]);
    const statuses = [];
    for (const name of ['file', 'other', 'file', 'file']) statuses.push((await fetch(`${url}/host/${name}`)).status);
    expect(statuses).toEqual([503, 200, 503, 200]);
  });

  it('corrupt one byte and keep the length', async () => {
    const mirror = await mirrorOf([filesPart('binaries', { 'host/file': content })]);
    const { url } = mirror;
    await order(mirror, [{ match: '/file', times: 1, corrupt: true }]);
    const bad = Buffer.from(await (await fetch(`${url}/host/file`)).arrayBuffer());
    const wrong = [...bad].filter((byte, index) => byte !== content.charCodeAt(index));
    expect([bad.length, wrong.length]).toEqual([content.length, 1]);
    expect(await (await fetch(`${url}/host/file`)).text()).toBe(content);
  });

  it('of the body leave a HEAD request alone', async () => {
    const mirror = await mirrorOf([filesPart('binaries', { 'host/file': content })]);
    const { url } = mirror;
    await order(mirror, [{ match: '/file', times: 1, corrupt: true }]);
    expect((await fetch(`${url}/host/file`, { method: 'HEAD' })).status).toBe(200);
    expect(await (await fetch(`${url}/host/file`)).text()).not.toBe(content);
    await order(mirror, [{ match: '/file', times: 1, status: 404 }]);
    expect((await fetch(`${url}/host/file`, { method: 'HEAD' })).status).toBe(404);
  });

  it('throttle a file without truncating it', async () => {
    const streams = createFaultStreams({ match: '/', times: 1, bytesPerSecond: 20_000 });
    const pieces: Buffer[] = [];
    for (const stream of streams) {
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.end(content);
      await finished(stream);
    }
    expect(pieces.map((piece) => piece.length)).toEqual([2_000, 2_000]);
    expect(Buffer.concat(pieces).toString()).toBe(content);
  });

  it('do not delay later requests', async () => {
    const mirror = await mirrorOf([filesPart('binaries', { 'host/late': content, 'host/soon': content })]);
    const { url } = mirror;
    await order(mirror, [{ match: '/late', times: 1, delayMs: 300, bytesPerSecond: 40_000 }]);
    const arrived: string[] = [];
    const get = async (name: string) => {
      expect(await (await fetch(`${url}/host/${name}`)).text()).toBe(content);
      arrived.push(name);
    };
    await Promise.all([get('late'), get('soon')]);
    expect(arrived).toEqual(['soon', 'late']);
  });

  it('end when the client disconnects', async () => {
    const mirror = await mirrorOf([filesPart('binaries', { 'host/file': content })]);
    const { url } = mirror;
    await order(mirror, [{ match: '/file', times: 1, delayMs: 3_600_000 }]);
    const stop = new AbortController();
    const waiting = fetch(`${url}/host/file`, { signal: stop.signal });
    await expect.poll(() => readStatus(mirror)).toMatchObject({ faults: [] });
    stop.abort();
    await expect(waiting).rejects.toThrow();
    expect(await (await fetch(`${url}/host/file`)).text()).toBe(content);
  });

  it('apply to images too', async () => {
    const mirror = await mirrorOf([tinyImages]);
    const { url } = mirror;
    await order(mirror, [{ match: '/v2/library/tiny', times: 1, status: 500 }]);
    expect((await fetch(`${url}/v2/library/tiny/manifests/1`)).status).toBe(500);
    expect((await fetch(`${url}/v2/library/tiny/manifests/1`)).status).toBe(200);
  });

  it('appear in the status and are cleared by an empty list', async () => {
    const mirror = await mirrorOf([filesPart('binaries', { 'host/file': content })]);
    const { url } = mirror;
    const fault = { match: '/file', times: 3, status: 404 };
    await order(mirror, [fault]);
    expect(await readStatus(mirror)).toMatchObject({ faults: [fault] });
    await order(mirror, []);
    expect((await fetch(`${url}/host/file`)).status).toBe(200);
  });

  it.each([
    ['no JSON', '{', 'faults are a JSON array'],
    ['a fault without a match', '[{"times":1}]', '0.match'],
    ['an unknown field', '[{"match":"/","times":1,"slow":true}]', 'slow'],
  ])('are rejected when they are %s', async (_, body, words) => {
    const { url, token } = await mirrorOf([]);
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/_local/faults`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(words);
  });
});

async function order({ url, token }: Mirror, faults: readonly object[]): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/_local/faults`, { method: 'POST', headers, body: JSON.stringify(faults) });
  expect(answer.status).toBe(200);
}
