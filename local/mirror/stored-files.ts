import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredFile } from './manifest-schema.ts';

/** Describes a file for the manifest. `path` is relative to `root`. */
export async function describeFile(root: string, path: string): Promise<StoredFile> {
  const { size, mtimeMs } = await stat(join(root, path));
  return { path, size, mtimeMs: Math.trunc(mtimeMs), sha256: await computeSha256(join(root, path)) };
}

/**
 * Describes the damage of a stored file; undefined if it is intact. Computes the digest only if the modification time
 * has changed, so that checking a cache takes milliseconds. Restores the time of a file with the right digest.
 */
export async function findDamage(cacheDir: string, file: StoredFile): Promise<string | undefined> {
  const path = join(cacheDir, file.path);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return `"${file.path}" is missing`;
  if (found.size !== file.size) return `"${file.path}" has ${found.size} bytes, not ${file.size}`;
  if (Math.trunc(found.mtimeMs) === file.mtimeMs) return undefined;
  if ((await computeSha256(path)) !== file.sha256) return `"${file.path}" has a different digest`;
  await utimes(path, found.atime, new Date(file.mtimeMs)).catch(() => undefined);
  return undefined;
}

/** SHA-256 of a file's content, in hex. */
export async function computeSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
