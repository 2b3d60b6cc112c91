import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { computeDigest } from './digest.ts';
import type { Layer } from './layer.ts';
import { nameAnnotation } from './read-layout.ts';

/** Container settings of the image; the subset of OCI's image configuration in use. */
interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly StopSignal?: string;
}

export interface OciImage {
  /** All fully qualified names of the image: `registry.k8s.io/pause:3.2`. */
  readonly names: readonly string[];
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
}

const mediaType = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** Writes images as an OCI image layout (image-spec, image-layout.md); shared blobs are stored once. */
export async function writeLayout(folder: string, images: readonly OciImage[]): Promise<void> {
  const manifests = [];
  for (const image of images) {
    for (const layer of image.layers) await writeBlob(folder, layer.digest, layer.content);
    const config = JSON.stringify({
      created: '1970-01-01T00:00:00Z',
      architecture: 'amd64',
      os: 'linux',
      config: image.config,
      rootfs: { type: 'layers', diff_ids: image.layers.map(({ digest }) => digest) },
    });
    await writeBlob(folder, computeDigest(config), config);
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaType.manifest,
      config: { mediaType: mediaType.config, digest: computeDigest(config), size: Buffer.byteLength(config) },
      layers: image.layers.map(({ digest, content }) => ({ mediaType: mediaType.layer, digest, size: content.length })),
    });
    await writeBlob(folder, computeDigest(manifest), manifest);
    for (const name of image.names) {
      const size = Buffer.byteLength(manifest);
      manifests.push({
        mediaType: mediaType.manifest,
        digest: computeDigest(manifest),
        size,
        annotations: { [nameAnnotation]: name },
      });
    }
  }
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: mediaType.index, manifests }),
  );
}

async function writeBlob(folder: string, digest: string, content: Buffer | string): Promise<void> {
  const file = join(folder, 'blobs', digest.replace(':', '/'));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
