import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildLayer } from '../images/layer.ts';
import { buildBusyboxEntries, buildNginxEntries, pauseEntries } from '../images/layer-entries.ts';
import { writeLayout } from '../images/write-layout.ts';
import type { MirrorArtifact } from './mirror-artifact.ts';
import { runChild } from './run-child.ts';

/** nginx and the libraries that it loads, in Debian 12's versions. */
const packages = ['busybox-static', 'nginx', 'libc6', 'libcrypt1', 'libpcre2-8-0', 'libssl3', 'zlib1g'];

/**
 * Container images for a first cluster, assembled from Debian packages because no registry may be reachable. CoreDNS is
 * missing: Debian has neither a binary nor a source package.
 */
export const imagesArtifact: MirrorArtifact = {
  name: 'images',
  recipe: 'busybox, pause and nginx as OCI layers, 2',
  async build({ out, work, debian, signal }) {
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    await debian.unpack(Object.fromEntries(packages.map((name) => [name, ''])), work);
    const busybox = join(work, 'bin/busybox');
    const applets = (await runChild(busybox, ['--list-full'], { signal, deadlineMs: 30_000 })).split('\n');
    const base = await buildLayer(buildBusyboxEntries(await readFile(busybox), applets));
    const pause = await buildLayer(pauseEntries);
    const nginx = await buildLayer(await buildNginxEntries(work));
    const Env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
    await mkdir(join(out, 'images'), { recursive: true });
    await writeLayout(join(out, 'images'), [
      {
        names: ['registry.k8s.io/pause:3.2', 'k8s.gcr.io/pause:3.2'],
        layers: [base, pause],
        config: { Env, Entrypoint: ['/pause'] },
      },
      {
        names: ['docker.io/library/busybox:1.28', 'docker.io/library/busybox:latest'],
        layers: [base],
        config: { Env, Cmd: ['sh'] },
      },
      {
        names: ['docker.io/library/nginx:latest'],
        layers: [base, nginx],
        config: { Env, Cmd: ['nginx', '-g', 'daemon off;'], ExposedPorts: { '80/tcp': {} }, StopSignal: 'SIGQUIT' },
      },
    ]);
    return `Debian 12 packages ${packages.join(', ')}`;
  },
};
