import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, manifestSchema } from './manifest-schema.ts';

/** Reads the cache's manifest. A missing or invalid manifest counts as empty. */
export async function readManifest(cacheDir: string): Promise<Manifest> {
  const empty: Manifest = { format: 1, parts: {} };
  const text = await readFile(join(cacheDir, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return empty;
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data ?? empty;
  } catch {
    return empty;
  }
}

/** Replaces the manifest atomically. */
export async function writeManifest(cacheDir: string, manifest: Manifest): Promise<void> {
  const file = join(cacheDir, 'manifest.json');
  await writeFile(`${file}.new`, `${JSON.stringify(manifest, undefined, 1)}\n`);
  await rename(`${file}.new`, file);
}
