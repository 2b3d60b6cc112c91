import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../../../private-folder.ts';
import { getCurrentProcess, type ProcessIdentity } from './process-identity.ts';

/** An emulator that has, or had, resources on this host. */
export interface EmulatorRecord {
  readonly emulatorId: string;
  readonly stateDir: string;
  readonly owner: ProcessIdentity;
}

/** Cleared when the host reboots, as are the resources it lists. */
const folder = '/run/kthw';

/** Emulators on this host that still need cleanup, and the lock file for starts and cleanups. */
export const emulatorRegistry = {
  lockFile: join(folder, 'lock'),

  /** Registers this process's emulator. The caller holds the lock and has checked that no other process uses the directory. */
  async register(emulatorId: string, stateDir: string): Promise<void> {
    const record: EmulatorRecord = { emulatorId, stateDir, owner: getCurrentProcess() };
    const file = getRecordFile(emulatorId);
    await writeFile(`${file}.${process.pid}`, JSON.stringify(record));
    await rename(`${file}.${process.pid}`, file);
  },

  async find(emulatorId: string): Promise<EmulatorRecord | undefined> {
    const text = await readFile(getRecordFile(emulatorId), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as EmulatorRecord);
  },

  async list(): Promise<readonly EmulatorRecord[]> {
    const files = await readdir(folder).catch(() => []);
    const emulatorIds = files.flatMap((file) => /^([0-9a-f]{6})\.json$/.exec(file)?.[1] ?? []);
    return (await Promise.all(emulatorIds.map((emulatorId) => emulatorRegistry.find(emulatorId)))).filter(
      (run) => run !== undefined,
    );
  },

  async unregister(emulatorId: string): Promise<void> {
    await rm(getRecordFile(emulatorId), { force: true });
  },

  /** Creates the registry directory. */
  async createFolder(): Promise<void> {
    await ensurePrivateFolder(folder);
  },
};

function getRecordFile(emulatorId: string): string {
  return join(folder, `${emulatorId}.json`);
}
