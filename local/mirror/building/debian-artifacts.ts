import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256Of } from '../stored-files.ts';
import { releasePaths, versions } from '../versions.ts';
import type { Part, PartContext } from './mirror-artifact.ts';
import { writeTarball } from './tarball.ts';

/** The downloads that are made of Debian 12's binary packages, under upstream's names and in upstream's layout. */
export const debianParts: readonly Part[] = [
  debianPart('etcd', { 'etcd-server': versions.etcd, 'etcd-client': versions.etcd }, async (root, folder) => {
    const inner = `etcd-v${versions.etcd}-linux-amd64`;
    const file = join(folder, `${inner}.tar.gz`);
    await writeTarball(file, programs(root, 'usr/bin', inner, ['etcd', 'etcdctl']));
    await writeSum(file, join(folder, 'SHA256SUMS'));
  }),
  debianPart('containerd', { containerd: versions.containerd }, async (root, folder) => {
    const file = join(folder, `containerd-${versions.containerd}-linux-amd64.tar.gz`);
    await writeTarball(file, programs(root, 'usr/bin', 'bin', ['containerd', 'containerd-shim-runc-v2', 'ctr']));
    await writeSum(file, `${file}.sha256sum`);
  }),
  debianPart('runc', { runc: versions.runc }, async (root, folder) => {
    const file = join(folder, 'runc.amd64');
    await copyFile(join(root, 'usr/sbin/runc'), file);
    await writeSum(file, join(folder, 'runc.sha256sum'));
  }),
  debianPart('cniPlugins', { 'containernetworking-plugins': versions.cniPlugins }, async (root, folder) => {
    const file = join(folder, `cni-plugins-linux-amd64-v${versions.cniPlugins}.tgz`);
    const names = (await readdir(join(root, 'usr/lib/cni'))).sort();
    await writeTarball(file, programs(root, 'usr/lib/cni', '.', names));
    await writeSum(file, `${file}.sha256`);
  }),
];

function debianPart(
  name: Exclude<keyof typeof versions, 'kubernetes'>,
  packages: Readonly<Record<string, string>>,
  assemble: (root: string, folder: string) => Promise<void>,
): Part {
  return {
    name,
    recipe: `${versions[name]}, stored`,
    async make(context: PartContext) {
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

function programs(root: string, from: string, to: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${to}/${name}`, join(root, from, name)]));
}

/** Writes a file's digest as sha256sum(1) does and `sha256sum --check` reads. */
async function writeSum(file: string, to: string): Promise<void> {
  await writeFile(to, `${await sha256Of(file)}  ${basename(file)}\n`);
}
