import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Annotation with an image's name in the index of an image layout. */
export const nameAnnotation = 'org.opencontainers.image.ref.name';

const indexSchema = z.object({
  manifests: z.array(
    z.object({
      mediaType: z.string(),
      digest: z.string(),
      size: z.int(),
      annotations: z.object({ [nameAnnotation]: z.string() }),
    }),
  ),
});

/** A tag of a repository and its manifest. */
export interface TaggedManifest {
  /** Includes the registry: `docker.io/library/nginx`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
}

/** Reads the image names of an OCI image layout; empty if there is no layout. */
export async function readLayout(folder: string): Promise<TaggedManifest[]> {
  const text = await readFile(join(folder, 'index.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  return indexSchema.parse(JSON.parse(text)).manifests.map((each) => {
    const name = each.annotations[nameAnnotation];
    const colon = name.lastIndexOf(':');
    return {
      repository: name.slice(0, colon),
      tag: name.slice(colon + 1),
      digest: each.digest,
      mediaType: each.mediaType,
    };
  });
}
