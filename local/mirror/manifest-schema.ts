import { z } from 'zod';

const fileSchema = z.object({
  /** Relative to the cache: `files/HOST/PATH` or `images/…`. */
  path: z.string(),
  size: z.int(),
  sha256: z.string(),
  mtimeMs: z.number(),
});

const artifactSchema = z.object({
  /** Says how it was made; a part of another recipe is made again. */
  recipe: z.string(),
  /** Where it came from, for people. */
  origin: z.string(),
  tookMs: z.number(),
  files: z.array(fileSchema),
});

/** What `manifest.json` looks like. */
export const manifestSchema = z.object({ format: z.literal(1), parts: z.record(z.string(), artifactSchema) });

/** What a cache holds, with the digest of every file. */
export type Manifest = z.infer<typeof manifestSchema>;
export type StoredFile = z.infer<typeof fileSchema>;
