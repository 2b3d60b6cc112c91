import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { MirrorArtifact } from '../../../local/mirror/building/mirror-artifact.ts';
import { ensureMirror } from '../../../local/mirror/ensure-mirror.ts';
import { buildLayer } from '../../../local/mirror/images/layer.ts';
import { writeLayout } from '../../../local/mirror/images/write-layout.ts';
import { type Mirror, startMirror } from '../../../local/mirror/start-mirror.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An artifact that writes files; `made` counts the builds. */
export function filesPart(
  name: string,
  files: Readonly<Record<string, string | Buffer>>,
  recipe = '1',
): MirrorArtifact & { made: number } {
  const part = {
    name,
    recipe,
    made: 0,
    async build({ out }: { readonly out: string }) {
      part.made++;
      for (const [path, content] of Object.entries(files)) {
        const file = join(out, 'files', path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
      }
      return 'a test';
    },
  };
  return part;
}

/**
 * An artifact with the images `registry.k8s.io/pause:3.2` and `docker.io/library/tiny:1`, which share a single layer.
 */
export const tinyImages: MirrorArtifact = {
  name: 'images',
  recipe: '1',
  async build({ out }) {
    const layer = await buildLayer([{ path: 'hello', kind: 'file', content: 'hello' }]);
    await mkdir(join(out, 'images'));
    await writeLayout(join(out, 'images'), [
      { names: ['registry.k8s.io/pause:3.2'], layers: [layer], config: { Entrypoint: ['/hello'] } },
      { names: ['docker.io/library/tiny:1'], layers: [layer], config: { Cmd: ['/hello'] } },
    ]);
    return 'a test';
  },
};

/** A mirror with this content, on a separate address and port. */
export async function mirrorOf(artifacts: readonly MirrorArtifact[]): Promise<Mirror> {
  const cacheDir = await temporaryFolder();
  await ensureMirror(cacheDir, () => undefined, { artifacts, upstream: undefined });
  const mirror = await startMirror({ cacheDir });
  onTestFinished(() => mirror.close());
  return mirror;
}

/** Reads the status of a mirror, which needs its token. */
export async function readStatus({ url, token }: Mirror): Promise<unknown> {
  const response = await fetch(`${url}/_local/status`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`the mirror returned HTTP ${response.status}`);
  return await response.json();
}
