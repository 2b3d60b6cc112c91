import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { computeSha256 } from '../stored-files.ts';
import { releasePaths, versions } from '../versions.ts';
import type { ArtifactContext, MirrorArtifact } from './mirror-artifact.ts';
import { writeTarball } from './tarball.ts';

/** Downloads assembled from Debian 12's binary packages, with upstream's names and layout. */
export const debianArtifacts: readonly MirrorArtifact[] = [
  createDebianArtifact('etcd', { 'etcd-server': versions.etcd, 'etcd-client': versions.etcd }, async (root, folder) => {
    const inner = `etcd-v${versions.etcd}-linux-amd64`;
    const file = join(folder, `${inner}.tar.gz`);
    await writeTarball(file, buildTarballEntries(root, 'usr/bin', inner, ['etcd', 'etcdctl']));
    await writeChecksum(file, join(folder, 'SHA256SUMS'));
  }),
  createDebianArtifact('containerd', { containerd: versions.containerd }, async (root, folder) => {
    const file = join(folder, `containerd-${versions.containerd}-linux-amd64.tar.gz`);
    await writeTarball(
      file,
      buildTarballEntries(root, 'usr/bin', 'bin', ['containerd', 'containerd-shim-runc-v2', 'ctr']),
    );
    await writeChecksum(file, `${file}.sha256sum`);
  }),
  createDebianArtifact('runc', { runc: versions.runc }, async (root, folder) => {
    const file = join(folder, 'runc.amd64');
    await copyFile(join(root, 'usr/sbin/runc'), file);
    await writeChecksum(file, join(folder, 'runc.sha256sum'));
  }),
  createDebianArtifact('cniPlugins', { 'containernetworking-plugins': versions.cniPlugins }, async (root, folder) => {
    const file = join(folder, `cni-plugins-linux-amd64-v${versions.cniPlugins}.tgz`);
    const names = (await readdir(join(root, 'usr/lib/cni'))).sort();
    await writeTarball(file, buildTarballEntries(root, 'usr/lib/cni', '.', names));
    await writeChecksum(file, `${file}.sha256`);
  }),
];

function createDebianArtifact(
  name: Exclude<keyof typeof versions, 'kubernetes'>,
  packages: Readonly<Record<string, string>>,
  assemble: (root: string, folder: string) => Promise<void>,
): MirrorArtifact {
  return {
    name,
    recipe: `${versions[name]}, stored`,
    async build(context: ArtifactContext) {
      const folder = join(context.out, 'files', releasePaths[name]);
      await rm(context.work, { recursive: true, force: true });
      await mkdir(context.work, { recursive: true });
      await mkdir(folder, { recursive: true });
      await context.debian.unpack(packages, context.work);
      await assemble(context.work, folder);
      return `Debian 12 packages ${Object.keys(packages).join(', ')}`;
    },
  };
}

function buildTarballEntries(root: string, from: string, to: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${to}/${name}`, join(root, from, name)]));
}

/** Writes a file's digest in the format of sha256sum(1). */
async function writeChecksum(file: string, to: string): Promise<void> {
  await writeFile(to, `${await computeSha256(file)}  ${basename(file)}\n`);
}
