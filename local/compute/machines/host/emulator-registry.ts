import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCurrentProcess, type ProcessIdentity } from './process-identity.ts';

/** A run that has, or had, things on this host. */
export interface EmulatorRecord {
  readonly emulatorId: string;
  readonly stateDir: string;
  readonly owner: ProcessIdentity;
}

/** Forgotten at the host's own restart, like everything that it's a register of. */
const folder = '/run/kthw';

/** The runs on this host that have not been swept, and a file to lock for starting a run or sweeping after one. */
export const emulatorRegistry = {
  lockFile: join(folder, 'lock'),

  /** Enters a run of this process; nobody else's may be there. */
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

  /** Makes the folder that all this is in. */
  async createFolder(): Promise<void> {
    await mkdir(folder, { recursive: true });
  },
};

function getRecordFile(emulatorId: string): string {
  return join(folder, `${emulatorId}.json`);
}
