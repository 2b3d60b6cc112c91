import { listComponentDownloads } from './component-downloads.ts';
import table from './digest-table.json' with { type: 'json' };
import type { Release } from './releases.ts';

/** Returns the SHA-256 of a file by its upstream URL; undefined if it is unknown. */
export type DigestLookup = (url: string) => string | undefined;

const publishedDigests: ReadonlyMap<string, string> = new Map(
  table.groups.flatMap(({ folder, files }) =>
    Object.entries(files).map(([name, digest]) => [`${folder}${name}`, digest] as const),
  ),
);

/** SHA-256 of an image by its name with tag; undefined if the table doesn't have it. */
export function getImageDigest(name: string): string | undefined {
  return table.images.find((image) => image.name === name)?.digest;
}

/**
 * Looks digests up in the operator's list, then in the table of this release. A mirror is never asked: whoever can change a
 * file there can change its checksum too.
 * @param list lines of `SHA-256  UPSTREAM URL`; empty lines and lines that start with `#` are ignored
 * @throws Error naming the first invalid line
 */
export function createDigestLookup(list = ''): DigestLookup {
  const operatorDigests = new Map(
    list.split('\n').flatMap((line, index): [string, string][] => {
      if (line.trim() === '' || line.startsWith('#')) return [];
      const [, digest = '', url = ''] =
        /^([0-9a-f]{64}) [ *](https:\/\/[\w.-]+(?:\/[\w.~%+-]+)+)$/.exec(line.trimEnd()) ?? [];
      if (digest === '')
        throw new Error(`line ${index + 1} of the digest file is not a SHA-256, two spaces and an https:// URL`);
      return [[url, digest]];
    }),
  );
  return (url) => operatorDigests.get(url) ?? publishedDigests.get(url);
}

/** URLs of a release whose digest is unknown. A mirror can't serve them. */
export function listUnverifiableFiles(release: Release, digests: DigestLookup): string[] {
  return listComponentDownloads(release).flatMap(({ url }) => (digests(url) === undefined ? [url] : []));
}
