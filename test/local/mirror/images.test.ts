import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { buildLayer } from '../../../local/mirror/images/layer.ts';
import { buildBusyboxEntries, pauseEntries } from '../../../local/mirror/images/layer-entries.ts';
import { readLayout } from '../../../local/mirror/images/read-layout.ts';
import { writeLayout } from '../../../local/mirror/images/write-layout.ts';
import { temporaryFolder } from './temporary-folder.ts';

const applets = ['bin/busybox', 'bin/sh', 'bin/sleep', 'usr/bin/wget', 'usr/sbin/httpd', 'linuxrc'];

describe('a layer', () => {
  it('has busybox and links for its applets, directories first', async () => {
    const layer = await buildLayer(buildBusyboxEntries(Buffer.from('the program'), applets));
    const headers = await readTar(layer.content);
    expect(headers.get('bin/busybox')).toMatchObject({ type: 'file', mode: 0o755, size: 11, uid: 0, gid: 0 });
    for (const program of ['bin/sh', 'bin/sleep', 'usr/bin/wget', 'usr/sbin/httpd']) {
      expect(headers.get(program)).toMatchObject({ type: 'symlink', linkname: '/bin/busybox' });
    }
    expect(headers.has('linuxrc')).toBe(false);
    const names = [...headers.keys()];
    for (const name of names.filter((each) => each.includes('/'))) {
      expect(names.indexOf(name.slice(0, name.lastIndexOf('/')))).toBeLessThan(names.indexOf(name));
    }
  });

  it('is reproducible', async () => {
    const [one, two] = await Promise.all([buildLayer(pauseEntries), buildLayer(pauseEntries)]);
    expect(one.digest).toBe(two.digest);
    expect(one.digest).toBe(`sha256:${createHash('sha256').update(one.content).digest('hex')}`);
  });
});

describe('an image layout', () => {
  it('links names to manifests, manifests to configurations and layers, all by digest and size', async () => {
    const folder = await temporaryFolder();
    const base = await buildLayer(buildBusyboxEntries(Buffer.from('the program'), applets));
    const pause = await buildLayer(pauseEntries);
    const names = ['registry.k8s.io/pause:3.2', 'k8s.gcr.io/pause:3.2'];
    await writeLayout(folder, [{ names, layers: [base, pause], config: { Entrypoint: ['/pause'] } }]);
    const tags = await readLayout(folder);
    expect(tags.map(({ repository, tag }) => `${repository}:${tag}`)).toEqual(names);
    const manifest = JSON.parse(await readBlob(folder, tags[0]?.digest)) as {
      readonly config: { readonly digest: string; readonly size: number };
      readonly layers: readonly { readonly digest: string; readonly size: number }[];
    };
    const config = await readBlob(folder, manifest.config.digest);
    expect(Buffer.byteLength(config)).toBe(manifest.config.size);
    expect(JSON.parse(config)).toMatchObject({
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/pause'] },
      rootfs: { type: 'layers', diff_ids: [base.digest, pause.digest] },
    });
    expect(manifest.layers).toMatchObject([
      { digest: base.digest, size: base.content.length },
      { digest: pause.digest, size: pause.content.length },
    ]);
  });

  it('without content has no names', async () => {
    expect(await readLayout(await temporaryFolder())).toEqual([]);
  });
});

async function readBlob(folder: string, digest = 'sha256:none'): Promise<string> {
  const content = await readFile(join(folder, 'blobs', digest.replace(':', '/')));
  expect(digest).toBe(`sha256:${createHash('sha256').update(content).digest('hex')}`);
  return content.toString();
}

async function readTar(content: Buffer) {
  const headers = new Map<string, { type: string | null | undefined }>();
  const entries = Readable.from([content]).pipe(extract());
  for await (const entry of entries) {
    headers.set(entry.header.name.replace(/\/$/, ''), entry.header);
    entry.resume();
  }
  return headers;
}
