import { join } from 'node:path';
import { readLayout } from '../images/read-layout.ts';
import { readManifest } from '../manifest.ts';
import { ImageRegistry } from './image-registry.ts';
import type { FileResponse } from './send-file.ts';

/** Content of a mirror according to its manifest; no other file on disk can be requested. */
export interface MirrorContent {
  /** Finds the file for a path such as `/dl.k8s.io/…`. */
  findFile(path: string): FileResponse | undefined;
  readonly registry: ImageRegistry;
  /** Overview for people and tests: parts with origin, files with size and digest, image names. */
  getStatus(): object;
}

/** Reads a cache's manifest and image names. */
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
