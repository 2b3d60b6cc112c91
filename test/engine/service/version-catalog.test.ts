import { expect, onTestFinished, test } from 'vitest';
import { releases } from '../../../src/engine/cluster/releases.ts';
import { createDownloadClient } from '../../../src/engine/downloads/create-download-client.ts';
import { createVersionCatalog, type VersionCatalogOptions } from '../../../src/engine/service/version-catalog.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { FakeDownloads } from '../../fakes/downloads.ts';
import { type DownloadServer, startDownloadServer } from '../../support/download-server.ts';

const allVersions = releases.map((release) => release.kubernetes);

async function createCatalog(options: Partial<VersionCatalogOptions> = {}, ...versions: readonly string[]) {
  const server: DownloadServer = await startDownloadServer(...versions);
  onTestFinished(() => server.close());
  const clock = new FakeClock();
  const logged: string[] = [];
  const catalog = createVersionCatalog({
    ...{ downloads: createDownloadClient(), mirror: server.url, digests: server.digests, now: clock.now },
    log: (_, message) => void logged.push(message),
    ...options,
  });
  return { catalog, server, clock, logged };
}

test('lists the versions of the mirror and caches them for five minutes', async () => {
  const { catalog, server, clock } = await createCatalog({}, '1.20.2', '1.30.14');
  expect(catalog.getCachedVersions()).toBeUndefined();
  expect(await catalog.loadVersions()).toEqual(['1.20.2', '1.30.14']);
  expect(catalog.getCachedVersions()).toEqual(['1.20.2', '1.30.14']);
  const count = server.requests.length;
  await catalog.loadVersions();
  expect(server.requests).toHaveLength(count);
  clock.advance(5 * 60_000 + 1);
  expect(catalog.getCachedVersions()).toBeUndefined();
});

test('lists all supported versions without a request if components come from upstream', async () => {
  const downloads = new FakeDownloads();
  const { catalog } = await createCatalog({ downloads, mirror: undefined });
  expect(catalog.getCachedVersions()).toEqual(allVersions);
  expect(await catalog.loadVersions()).toEqual(allVersions);
  expect(downloads.checkedUrls).toEqual([]);
});

test('lists all supported versions if downloads are not checked', async () => {
  const { catalog, server } = await createCatalog({ downloads: undefined });
  expect(catalog.getCachedVersions()).toEqual(allVersions);
  expect(await catalog.loadVersions()).toEqual(allVersions);
  expect(server.requests).toEqual([]);
});

test('lists all supported versions, and caches nothing, if the mirror is unreachable', async () => {
  const { catalog, server, logged } = await createCatalog({}, '1.20.2');
  await server.close();
  expect(await catalog.loadVersions()).toEqual(allVersions);
  expect(catalog.getCachedVersions()).toBeUndefined();
  expect(logged).toHaveLength(1);
});

test('lists all supported versions if the mirror has none', async () => {
  const { catalog, logged } = await createCatalog();
  expect(await catalog.loadVersions()).toEqual(allVersions);
  expect(catalog.getCachedVersions()).toBeUndefined();
  expect(logged).toHaveLength(1);
});

test('gives up after a timeout', async () => {
  const { catalog, server } = await createCatalog({ timeoutMs: 200 }, '1.20.2');
  for (const path of server.files.keys()) server.responses.set(path, () => {});
  expect(await catalog.loadVersions()).toEqual(allVersions);
});
