import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listComponentDownloads } from '../../../src/engine/cluster/component-downloads.ts';
import { getRelease, releases } from '../../../src/engine/cluster/releases.ts';
import { checkDownloads, listAvailableVersions } from '../../../src/engine/downloads/check-downloads.ts';
import { createDownloadClient } from '../../../src/engine/downloads/create-download-client.ts';
import { filesPart, mirrorOf } from '../../local/mirror/fixtures.ts';
import { buildComponentFiles, type DownloadServer, startDownloadServer } from '../../support/download-server.ts';

const version = '1.20.2';
const components = listComponentDownloads(getRelease(version));
const urls = components.map(({ url }) => url);
const [kubelet] = components.filter(({ name }) => name === 'kubelet');
if (!kubelet) throw new Error('the catalogue has no kubelet');

const never = new AbortController().signal;
let server: DownloadServer;
beforeEach(async () => {
  server = await startDownloadServer(version, '1.30.14');
});
afterEach(() => server.close());

const toUrl = (url: string) => `${server.url}${server.toPath(url)}`;
const check = (
  options: { mirror?: string; client?: ReturnType<typeof createDownloadClient>; signal?: AbortSignal } = {},
) =>
  checkDownloads(
    { client: createDownloadClient(), mirror: server.url, digests: server.digests, signal: never, ...options },
    components,
  );

describe('the check of downloads', () => {
  test('requests the headers of every file once, and no checksum from the mirror', async () => {
    expect(await check()).toEqual([]);
    expect(server.requests.toSorted()).toEqual(urls.map((url) => `HEAD ${server.toPath(url)}`).toSorted());
  });

  test.each(urls)('finds that %s is missing', async (url) => {
    server.files.delete(server.toPath(url));
    expect(await check()).toEqual([{ url: toUrl(url), reason: 'HTTP 404' }]);
  });

  test.each([403, 404, 410, 429, 500, 503])('reports HTTP %i', async (status) => {
    server.responses.set(server.toPath(kubelet.url), (response) => void response.writeHead(status).end());
    expect(await check()).toEqual([{ url: toUrl(kubelet.url), reason: `HTTP ${status}` }]);
  });

  test.each([400, 403, 405, 501])('asks for the first byte if HEAD returns %i', async (status) => {
    server.responses.set(server.toPath(kubelet.url), (response, method) => {
      response.writeHead(method === 'HEAD' ? status : 206).end(method === 'HEAD' ? '' : 'x');
    });
    expect(await check()).toEqual([]);
    expect(server.requests).toContain(`GET ${server.toPath(kubelet.url)}`);
  });

  test('follows redirects', async () => {
    const moved = `${server.toPath(kubelet.url)}-moved`;
    server.files.set(moved, 'content');
    server.responses.set(
      server.toPath(kubelet.url),
      (response) => void response.writeHead(302, { Location: moved }).end(),
    );
    expect(await check()).toEqual([]);
  });

  test('reports a refused connection', async () => {
    await server.close();
    const failures = await check();
    expect(failures).toHaveLength(urls.length);
    expect(failures[0]?.reason).toContain('ECONNREFUSED');
  });

  test('limits the time of a request', async () => {
    server.responses.set(server.toPath(kubelet.url), () => {});
    expect(await check({ client: createDownloadClient({ timeoutMs: 200 }) })).toEqual([
      { url: toUrl(kubelet.url), reason: 'no response within 0.2 s' },
    ]);
  });

  test('limits the number of concurrent requests', async () => {
    let [active, maxActive] = [0, 0];
    const slowFetch: typeof fetch = async (...args) => {
      maxActive = Math.max(maxActive, ++active);
      try {
        return await fetch(...args);
      } finally {
        active--;
      }
    };
    expect(await check({ client: createDownloadClient({ fetch: slowFetch, maxConcurrentRequests: 3 }) })).toEqual([]);
    expect(maxActive).toBe(3);
  });

  test('rejects when it is aborted', async () => {
    server.responses.set(server.toPath(kubelet.url), () => {});
    const abort = new AbortController();
    const checking = check({ signal: abort.signal });
    setTimeout(() => abort.abort(new Error('stopped')), 50);
    await expect(checking).rejects.toThrow('stopped');
  });
});

describe('the available versions', () => {
  const list = (mirror = server.url, digests = server.digests) =>
    listAvailableVersions({ client: createDownloadClient(), mirror, digests, signal: never });

  test('are those whose files all exist', async () => {
    expect(await list()).toEqual([version, '1.30.14']);
    server.files.delete(server.toPath(kubelet.url));
    expect(await list()).toEqual(['1.30.14']);
  });

  test('are those whose digests are all known', async () => {
    expect(await list(server.url, (url) => (url === kubelet.url ? undefined : server.digests(url)))).toEqual([
      '1.30.14',
    ]);
    expect(await list(server.url, () => undefined)).toEqual([]);
  });

  test('are all if the mirror has every version', async () => {
    await server.close();
    server = await startDownloadServer(...releases.map((release) => release.kubernetes));
    expect(await list()).toEqual(releases.map((release) => release.kubernetes));
  });

  test.each(components.map(({ name, url }) => [name, url]))('need %s', async (_, url) => {
    server.files.delete(server.toPath(url));
    expect(await list()).not.toContain(version);
  });

  test('are unknown if a request fails', async () => {
    server.responses.set(server.toPath(kubelet.url), (response) => void response.writeHead(503).end());
    await expect(list()).rejects.toMatchObject({ code: 'download-failed', kind: 'transient' });
    await server.close();
    await expect(list()).rejects.toMatchObject({ code: 'download-failed' });
  });

  test('of the local mirror are those in its manifest', async () => {
    const files = Object.fromEntries(
      buildComponentFiles(version).map(([url, content]) => [url.replace('https://', ''), content]),
    );
    const mirror = await mirrorOf([filesPart('binaries', files)]);
    expect(await list(mirror.url)).toEqual([version]);
  });
});
