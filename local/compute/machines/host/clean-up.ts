import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Cgroup } from '../nspawn/cgroup.ts';
import { assertHostRequirements } from './assert-host-requirements.ts';
import { computeEmulatorId } from './emulator-id.ts';
import { emulatorRegistry } from './emulator-registry.ts';
import { withFileLock } from './file-lock.ts';
import { createHostResourceNames, parseEmulatorId } from './host-resource-names.ts';
import { unmountBelow } from './mounts.ts';
import { isAlive } from './process-identity.ts';
import { runCommand } from './run-command.ts';
import { keepsDisks } from './state-file-path.ts';

/** How long to wait for another cleanup of this state directory, in milliseconds. */
const lockTimeoutMs = 60_000;

/**
 * Removes everything that an emulator with this state directory left on the host: processes, mounts, namespaces,
 * interfaces, cgroups, and disks unless its state is kept. Then runs the action that must precede reuse of the directory.
 * @throws Error when the emulator's process is still running
 */
export async function cleanUp(
  stateDir: string,
  onCleanedUp: () => Promise<void> = async () => undefined,
): Promise<void> {
  assertHostRequirements();
  await withRegistryLock(async () => {
    const owner = (await emulatorRegistry.find(computeEmulatorId(stateDir)))?.owner;
    if (owner !== undefined && isAlive(owner)) {
      throw new Error(
        `cannot clean up "${stateDir}": process ${owner.pid} uses it; stop that process or set another directory`,
      );
    }
    await removeEmulator(stateDir);
    await onCleanedUp();
  });
}

/** Cleans up after this process or a dead one, unless another process has since taken over its state directory. */
export async function cleanUpAfterProcess(stateDir: string, pid: number): Promise<void> {
  await withRegistryLock(async () => {
    const owner = (await emulatorRegistry.find(computeEmulatorId(stateDir)))?.owner;
    if (owner?.pid === pid && (pid === process.pid || !isAlive(owner))) await removeEmulator(stateDir);
  });
}

async function removeEmulator(stateDir: string): Promise<void> {
  const emulatorId = computeEmulatorId(stateDir);
  await removeHostResources(emulatorId);
  await unmountBelow(resolve(stateDir));
  for (const subfolder of [...(keepsDisks(stateDir) ? [] : ['machines']), 'networks', 'guest'])
    await rm(join(stateDir, subfolder), { recursive: true, force: true });
  await emulatorRegistry.unregister(emulatorId);
}

async function withRegistryLock(action: () => Promise<void>): Promise<void> {
  await emulatorRegistry.createFolder();
  await withFileLock(emulatorRegistry.lockFile, lockTimeoutMs, action);
}

/**
 * Cleans up after all emulators whose process has died, including those known only by their namespaces. Returns the
 * known state directories.
 */
export async function cleanUpDeadEmulators(): Promise<readonly string[]> {
  assertHostRequirements();
  const records = await emulatorRegistry.list();
  const deadRecords = records.filter(({ owner }) => !isAlive(owner));
  for (const { stateDir } of deadRecords) await cleanUp(stateDir);
  const registeredIds = new Set(records.map(({ emulatorId }) => emulatorId));
  const emulatorIds = (await listNamespaces()).flatMap((name) => parseEmulatorId(name) ?? []);
  for (const emulatorId of new Set(emulatorIds))
    if (!registeredIds.has(emulatorId)) await removeHostResources(emulatorId);
  return deadRecords.map(({ stateDir }) => stateDir);
}

/** Kills and removes everything with this tag. */
async function removeHostResources(emulatorId: string): Promise<void> {
  const resourceNames = createHostResourceNames(emulatorId);
  await new Cgroup(resourceNames.cgroup).remove();
  for (const name of (await listNamespaces()).filter(resourceNames.isNamespace))
    await runCommand('ip', ['netns', 'del', name]);
  const links = await readdir('/sys/class/net');
  // The kernel deletes a veth interface together with its peer's namespace.
  for (const name of links.filter(resourceNames.isUplink))
    await runCommand('ip', ['link', 'del', name]).catch(() => undefined);
}

async function listNamespaces(): Promise<readonly string[]> {
  return await readdir('/run/netns').catch(() => []);
}
