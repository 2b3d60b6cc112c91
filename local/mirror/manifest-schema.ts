import { z } from 'zod';

const fileSchema = z.object({
  /** Relative to the cache: `files/HOST/PATH` or `images/…`. */
  path: z.string(),
  size: z.int(),
  sha256: z.string(),
  mtimeMs: z.number(),
});

const artifactSchema = z.object({
  /** Hash of the build recipe; a different recipe triggers a rebuild. */
  recipe: z.string(),
  /** Origin, for display. */
  origin: z.string(),
  tookMs: z.number(),
  files: z.array(fileSchema),
});

/** Schema of `manifest.json`. */
export const manifestSchema = z.object({ format: z.literal(1), parts: z.record(z.string(), artifactSchema) });

/** Contents of a cache, with the digest of every file. */
export type Manifest = z.infer<typeof manifestSchema>;
export type StoredFile = z.infer<typeof fileSchema>;
