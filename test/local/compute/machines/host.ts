import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { systemPath } from '../../../../local/compute/machines/host/assert-host-requirements.ts';
import { computeEmulatorId } from '../../../../local/compute/machines/host/emulator-id.ts';
import { createHostResourceNames } from '../../../../local/compute/machines/host/host-resource-names.ts';
import { findMissingRequirements } from '../../../../local/compute/machines/host/requirements.ts';

/** Why machines cannot be tested on this host; empty if they can. */
export async function whyNot(): Promise<readonly string[]> {
  const programs = new Set(
    (await Promise.all(systemPath.split(':').map((each) => readdir(each).catch(() => [])))).flat(),
  );
  return findMissingRequirements({
    platform: process.platform,
    uid: process.getuid?.(),
    hasProgram: (name) => programs.has(name),
  });
}

/** A temporary state directory, removed afterwards. */
export async function stateFolder(): Promise<string> {
  return await mkdtemp('/var/tmp/kthw-test-');
}

/**
 * Everything that an emulator with this state directory has on the host: namespaces, interfaces, mounts, cgroups,
 * files, processes.
 */
export async function listOrphanedResources(stateDir: string): Promise<readonly string[]> {
  const names = createHostResourceNames(computeEmulatorId(stateDir));
  const listed = async (folder: string) => await readdir(folder).catch(() => []);
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(stateDir));
  const groups = await execa('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', names.cgroup]);
  const processes = await execa('pgrep', ['-f', '--', `--directory=${stateDir}`], { reject: false });
  return [
    ...(await listed('/run/netns')).filter(names.isNamespace),
    ...(await listed('/sys/class/net')).filter(names.isUplink),
    ...(await listed('/run/kthw')).filter((file) => file.startsWith(computeEmulatorId(stateDir))),
    ...(await listed(stateDir)).map((file) => join(stateDir, file)),
    ...mounts,
    ...groups.stdout.split('\n').filter((line) => line !== ''),
    ...processes.stdout.split('\n').filter((line) => line !== ''),
  ];
}
