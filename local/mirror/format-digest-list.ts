import { readManifest } from './manifest.ts';

/**
 * The digests of the mirror's own files as the bot's digest file, `SHA-256  UPSTREAM URL` a line: Debian's builds differ from
 * those that upstream publishes under the same URL.
 */
export async function formatDigestList(cacheDir: string): Promise<string> {
  const { parts } = await readManifest(cacheDir);
  const files = Object.values(parts).flatMap((part) => part.files);
  return files
    .filter(({ path }) => path.startsWith('files/'))
    .map(({ path, sha256 }) => `${sha256}  https://${path.slice('files/'.length)}\n`)
    .join('');
}
