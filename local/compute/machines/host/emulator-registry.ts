import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Owner, thisProcess } from './process-identity.ts';

/** A run that has, or had, things on this host. */
export interface RunRecord {
  readonly tag: string;
  readonly stateDir: string;
  readonly owner: Owner;
}

/** Forgotten at the host's own restart, like everything that it's a register of. */
const folder = '/run/kthw';

/** The runs on this host that have not been swept, and a file to lock for starting a run or sweeping after one. */
export const registry = {
  lock: join(folder, 'lock'),

  /** Enters a run of this process; nobody else's may be there. */
  async enter(tag: string, stateDir: string): Promise<void> {
    const record: RunRecord = { tag, stateDir, owner: thisProcess() };
    const file = fileOf(tag);
    await writeFile(`${file}.${process.pid}`, JSON.stringify(record));
    await rename(`${file}.${process.pid}`, file);
  },

  async find(tag: string): Promise<RunRecord | undefined> {
    const text = await readFile(fileOf(tag), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as RunRecord);
  },

  async list(): Promise<readonly RunRecord[]> {
    const files = await readdir(folder).catch(() => []);
    const tags = files.flatMap((file) => /^([0-9a-f]{6})\.json$/.exec(file)?.[1] ?? []);
    return (await Promise.all(tags.map((tag) => registry.find(tag)))).filter((run) => run !== undefined);
  },

  async strike(tag: string): Promise<void> {
    await rm(fileOf(tag), { force: true });
  },

  /** Makes the folder that all this is in. */
  async prepare(): Promise<void> {
    await mkdir(folder, { recursive: true });
  },
};

function fileOf(tag: string): string {
  return join(folder, `${tag}.json`);
}
