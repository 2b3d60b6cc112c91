import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startMirror } from '../../../local/mirror/start-mirror.ts';
import { getStatus } from '../../support/get-status.ts';
import { filesPart, mirrorOf, readStatus } from './fixtures.ts';
import { temporaryFolder } from './temporary-folder.ts';

const path = 'dl.k8s.io/release/v1/bin/kubelet';
const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
const digest = createHash('sha256').update(content).digest('hex');
const files = { [path]: content, [`${path}.sha256`]: digest, 'dl.k8s.io/empty': '' };

describe('the mirror', () => {
  it("serves a file under upstream's host and path, with its digest as the entity tag", async () => {
    const { url } = await mirrorOf([filesPart('binaries', files)]);
    const answer = await fetch(`${url}/${path}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(content.length));
    expect(answer.headers.get('etag')).toBe(`"${digest}"`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
    expect(await (await fetch(`${url}/${path}.sha256`)).text()).toBe(digest);
  });

  it.each([
    ['the first bytes', 'bytes=0-9', 206, content.subarray(0, 10), `bytes 0-9/${content.length}`],
    [
      'from the middle to the end',
      'bytes=2999990-',
      206,
      content.subarray(2_999_990),
      `bytes 2999990-2999999/${content.length}`,
    ],
    ['the last bytes', 'bytes=-5', 206, content.subarray(-5), `bytes 2999995-2999999/${content.length}`],
    [
      'more than there is',
      'bytes=2999990-9999999',
      206,
      content.subarray(2_999_990),
      `bytes 2999990-2999999/${content.length}`,
    ],
    ['a range past the end', 'bytes=3000000-', 416, Buffer.alloc(0), `bytes */${content.length}`],
    ['two ranges (complete response)', 'bytes=0-1,5-6', 200, content, null],
    ['an unknown unit', 'lines=1-2', 200, content, null],
  ])('answers a range of %s', async (_, range, status, expected, contentRange) => {
    const { url } = await mirrorOf([filesPart('binaries', files)]);
    const answer = await fetch(`${url}/${path}`, { headers: { range } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-range')).toBe(contentRange);
    expect(Buffer.from(await answer.arrayBuffer()).equals(expected)).toBe(true);
  });

  it('ignores a range for another version of the file', async () => {
    const { url } = await mirrorOf([filesPart('binaries', files)]);
    const ask = (ifRange: string) => fetch(`${url}/${path}`, { headers: { range: 'bytes=0-1', 'if-range': ifRange } });
    expect((await ask('"another"')).status).toBe(200);
    expect((await ask(`"${digest}"`)).status).toBe(206);
  });

  it('returns 304 for an unchanged file', async () => {
    const { url } = await mirrorOf([filesPart('binaries', files)]);
    const answer = await fetch(`${url}/${path}`, { headers: { 'if-none-match': `"${digest}"` } });
    expect(answer.status).toBe(304);
  });

  it('returns only the length for HEAD, and an empty body for an empty file', async () => {
    const { url } = await mirrorOf([filesPart('binaries', files)]);
    const head = await fetch(`${url}/${path}`, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(content.length));
    expect((await fetch(`${url}/dl.k8s.io/empty`)).headers.get('content-length')).toBe('0');
  });

  it.each([
    '/dl.k8s.io/release/v1/bin/kubectl',
    '/',
    '/manifest.json',
    '/files/../manifest.json',
    '/dl.k8s.io/release/v1/bin',
  ])('returns an explanation for missing "%s"', async (missing) => {
    const { url } = await mirrorOf([filesPart('binaries', files)]);
    const answer = await fetch(`${url}${missing}`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toMatch(/^the mirror has no "\/.*\n$/);
  });

  it('serves only listed files, whatever the path', async () => {
    const { url } = await mirrorOf([filesPart('binaries', files)]);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.end('GET /dl.k8s.io/../../manifest.json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('accepts only GET and HEAD', async () => {
    const { url } = await mirrorOf([filesPart('binaries', files)]);
    expect((await fetch(`${url}/${path}`, { method: 'PUT', body: 'x' })).status).toBe(405);
  });

  it('reports its content and request counts', async () => {
    const mirror = await mirrorOf([filesPart('binaries', files)]);
    const { url } = mirror;
    for (let times = 0; times < 2; times++) await (await fetch(`${url}/${path}`)).arrayBuffer();
    const status = await readStatus(mirror);
    expect(status).toMatchObject({
      parts: { binaries: { origin: 'a test' } },
      files: { [`/${path}`]: { size: content.length, sha256: digest } },
      images: [],
      faults: [],
      requestCounts: { [`/${path}`]: 2 },
    });
  });

  it.each(['constructor', '__proto__', 'toString', 'v2/constructor/manifests/__proto__'])(
    'has no content %s',
    async (name) => {
      const mirror = await mirrorOf([filesPart('binaries', files)]);
      const { url, token } = mirror;
      const headers = { authorization: `Bearer ${token}` };
      for (const address of [`${url}/_local/${name}`, `${url}/${name}`])
        expect((await fetch(address, { headers })).status).toBe(404);
      const change = { method: 'POST', headers, body: '{}' };
      expect((await fetch(`${url}/_local/${name}`, change)).status).toBeGreaterThanOrEqual(400);
      expect(await readStatus(mirror)).toMatchObject({ faults: [] });
    },
  );

  it.each([
    ['GET', '/_local/status', {}, 401],
    ['POST', '/_local/faults', {}, 401],
    ['POST', '/_local/faults', { authorization: 'Bearer local' }, 401],
    ['GET', `/${path}`, { host: 'evil.example' }, 403],
    ['GET', `/${path}`, { origin: 'http://evil.example' }, 403],
    ['GET', `/${path}`, { 'sec-fetch-site': 'cross-site' }, 403],
  ])('denies %s %s with %j', async (method, path, headers, status) => {
    const mirror = await mirrorOf([filesPart('binaries', files)]);
    expect(await getStatus(`${mirror.url}${path}`, { method, headers })).toBe(status);
    expect(await readStatus(mirror)).toMatchObject({ faults: [] });
  });

  it('listens on loopback addresses only', async () => {
    const cacheDir = await temporaryFolder();
    const mirror = await startMirror({ cacheDir, host: '127.64.0.1' });
    expect(mirror.url).toMatch(/^http:\/\/127\.64\.0\.1:\d+$/);
    expect((await fetch(`${mirror.url}/_local/status`)).status).toBe(401);
    await readStatus(mirror);
    await mirror.close();
    for (const host of ['0.0.0.0', '::1', 'localhost', '10.0.0.1']) {
      await expect(startMirror({ cacheDir, host })).rejects.toThrow('use a loopback address');
    }
  });
});
