import { join } from 'node:path';
import { readLayout } from '../images/read-layout.ts';
import { readManifest } from '../manifest.ts';
import { ImageRegistry } from './image-registry.ts';
import type { FileResponse } from './send-file.ts';

/** What a mirror serves, as its cache's manifest says; nothing else on the disk can be asked for. */
export interface MirrorContent {
  /** The file at a path such as `/dl.k8s.io/…`. */
  findFile(path: string): FileResponse | undefined;
  readonly registry: ImageRegistry;
  /** For people and tests: parts with their origin, files with size and digest, image names. */
  getStatus(): object;
}

/** Reads a cache's manifest and the names of its images. */
export async function loadContent(cacheDir: string): Promise<MirrorContent> {
  const { parts } = await readManifest(cacheDir);
  const stored = Object.values(parts).flatMap((part) => part.files);
  const files = new Map<string, FileResponse>();
  for (const { path, size, sha256 } of stored) {
    if (!path.startsWith('files/')) continue;
    files.set(path.slice('files'.length), {
      path: join(cacheDir, path),
      size,
      sha256,
      contentType: 'application/octet-stream',
    });
  }
  const registry = new ImageRegistry(cacheDir, await readLayout(join(cacheDir, 'images')), stored);
  return {
    findFile: (path) => files.get(path),
    registry,
    getStatus: () => ({
      parts: Object.fromEntries(Object.entries(parts).map(([name, { origin, tookMs }]) => [name, { origin, tookMs }])),
      files: Object.fromEntries([...files].map(([path, { size, sha256 }]) => [path, { size, sha256 }])),
      images: registry.listNames(),
    }),
  };
}
