import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const fileSchema = z.object({
  /** Relative to the cache: `files/HOST/PATH` or `images/…`. */
  path: z.string(),
  size: z.int(),
  sha256: z.string(),
  mtimeMs: z.number(),
});

const partSchema = z.object({
  /** Says how it was made; a part of another recipe is made again. */
  recipe: z.string(),
  /** Where it came from, for people. */
  origin: z.string(),
  tookMs: z.number(),
  files: z.array(fileSchema),
});

const manifestSchema = z.object({ format: z.literal(1), parts: z.record(z.string(), partSchema) });

/** What a cache holds, with the digest of every file. */
export type Manifest = z.infer<typeof manifestSchema>;
export type StoredPart = z.infer<typeof partSchema>;
export type StoredFile = z.infer<typeof fileSchema>;

/** Where the mirror's content is kept: the folder `mirror` in kthw's cache, which `KTHW_CACHE` may name. */
export function mirrorCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.KTHW_CACHE ?? join(env.XDG_CACHE_HOME ?? '/var/cache', 'kthw'), 'mirror');
}

/** Reads what the cache holds. A manifest that is missing or makes no sense is an empty one. */
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

/** Replaces the manifest, whole or not at all. */
export async function writeManifest(cacheDir: string, manifest: Manifest): Promise<void> {
  const file = join(cacheDir, 'manifest.json');
  await writeFile(`${file}.new`, `${JSON.stringify(manifest, undefined, 1)}\n`);
  await rename(`${file}.new`, file);
}
