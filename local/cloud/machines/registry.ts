import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, type Owner, thisProcess } from './owner.ts';

/** A run that has, or had, things on this host. */
export interface RunRecord {
  readonly tag: string;
  readonly stateDir: string;
  readonly owner: Owner;
}

/** Forgotten at the host's own restart, like everything that it's a register of. */
const folder = '/run/kthw';

/** Enters a run of this process. @throws Error when a living process has a run with the same state folder */
export async function register(tag: string, stateDir: string): Promise<void> {
  const other = await findRun(tag);
  if (other !== undefined && isAlive(other.owner)) {
    throw new Error(
      `cannot use "${stateDir}" for machines: process ${other.owner.pid} uses it; give another folder or end that process`,
    );
  }
  await mkdir(folder, { recursive: true });
  const record: RunRecord = { tag, stateDir, owner: thisProcess() };
  const file = join(folder, `${tag}.json`);
  await writeFile(`${file}.${process.pid}`, JSON.stringify(record));
  await rename(`${file}.${process.pid}`, file);
}

export async function findRun(tag: string): Promise<RunRecord | undefined> {
  const text = await readFile(join(folder, `${tag}.json`), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as RunRecord);
}

export async function listRuns(): Promise<readonly RunRecord[]> {
  const files = await readdir(folder).catch(() => []);
  const runs = await Promise.all(
    files.filter((file) => /^[0-9a-f]{6}\.json$/.test(file)).map((file) => findRun(file.slice(0, 6))),
  );
  return runs.filter((run) => run !== undefined);
}

export async function unregister(tag: string): Promise<void> {
  await rm(join(folder, `${tag}.json`), { force: true });
}
