import { describe, expect, test } from 'vitest';
import { listComponentDownloads } from '../../../src/engine/cluster/component-downloads.ts';
import { defaultVersion } from '../../../src/engine/cluster/default-version.ts';
import table from '../../../src/engine/cluster/digest-table.json' with { type: 'json' };
import { createDigestLookup, listUnverifiableFiles } from '../../../src/engine/cluster/digests.ts';
import { getRelease, releases } from '../../../src/engine/cluster/releases.ts';
import { getSystemImages } from '../../../src/engine/render/system-images.ts';

const digest = 'a'.repeat(64);
const kubelet = 'https://dl.k8s.io/release/v1.20.2/bin/linux/amd64/kubelet';

describe('the table of digests', () => {
  const rows = table.groups.flatMap(({ folder, files }) =>
    Object.entries(files).map(([name, value]) => [`${folder}${name}`, value] as const),
  );

  test('has a SHA-256, a source and a date for each file, and no file twice', () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(([, value]) => !/^[0-9a-f]{64}$/.test(String(value)))).toEqual([]);
    expect(new Set(rows.map(([url]) => url)).size).toBe(rows.length);
    expect(new Set(rows.map(([, value]) => value)).size).toBe(rows.length);
    for (const { source, date } of table.groups) {
      expect(source).toMatch(/^[\w-]+\/[\w-]+ [0-9a-f]{12}$/);
      expect(date).toMatch(/^202\d-\d\d-\d\d$/);
    }
  });

  test('has a SHA-256 and a source for each image, and those of the default release', () => {
    for (const { name, digest: value, source, date } of table.images) {
      expect([name, value, date].join(' ')).toMatch(/^registry\.k8s\.io\/\S+:\S+ [0-9a-f]{64} 202\d-\d\d-\d\d$/);
      expect(source).not.toBe('');
    }
    expect(new Set(table.images.map((image) => image.digest)).size).toBe(table.images.length);
    const { pause, coredns } = getSystemImages(getRelease(defaultVersion));
    expect([pause, coredns]).toEqual([expect.stringContaining('@sha256:'), expect.stringContaining('@sha256:')]);
    const local = getSystemImages(getRelease('1.20.2'));
    expect(local).toEqual({ pause: 'registry.k8s.io/pause:3.2', coredns: 'registry.k8s.io/coredns:1.7.0' });
  });

  test('has only files that a release needs', () => {
    const needed = new Set(releases.flatMap((release) => listComponentDownloads(release).map(({ url }) => url)));
    expect(rows.filter(([url]) => !needed.has(url))).toEqual([]);
  });

  test('has every file of the default release, and of all others but these', () => {
    const digests = createDigestLookup();
    expect(listUnverifiableFiles(getRelease(defaultVersion), digests)).toEqual([]);
    const incomplete = releases.filter((release) => listUnverifiableFiles(release, digests).length > 0);
    // 1.20.2 has builds of Debian. Of 1.37.1, only etcd is missing.
    expect(incomplete.map(({ kubernetes }) => kubernetes)).toEqual([
      '1.20.2',
      '1.21.14',
      '1.22.17',
      '1.23.17',
      '1.37.1',
    ]);
    expect(listUnverifiableFiles(getRelease('1.37.1'), digests)).toHaveLength(1);
  });
});

describe('the operator’s digests', () => {
  test('add to the table and have precedence', () => {
    const listed = `https://dl.k8s.io/release/v${defaultVersion}/bin/linux/amd64/kubelet`;
    const digests = createDigestLookup(`# own builds\n\n${digest}  ${kubelet}\n${digest} *${listed}\n`);
    expect([digests(kubelet), digests(listed)]).toEqual([digest, digest]);
    expect(createDigestLookup()(listed)).toMatch(/^[0-9a-f]{64}$/);
    expect(createDigestLookup()(kubelet)).toBeUndefined();
  });

  test.each([
    `${digest} ${kubelet}`,
    `${digest.slice(1)}  ${kubelet}`,
    `${digest.toUpperCase()}  ${kubelet}`,
    `${digest}  http://dl.k8s.io/kubelet`,
    `${digest}  https://dl.k8s.io/'$(id)'`,
    `${digest}  kubelet`,
    kubelet,
  ])('must have the format: %s', (line) => {
    expect(() => createDigestLookup(`# comment\n${line}\n`)).toThrow(/^line 2 of the digest file is not/);
  });
});
