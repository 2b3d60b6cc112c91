import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Owner, thisProcess } from './owner.ts';

/** A run that has, or had, things on this host. */
export interface RunRecord {
  readonly tag: string;
  readonly stateDir: string;
  readonly owner: Owner;
}

/** Forgotten at the host's own restart, like everything that it's a register of. */
const folder = '/run/kthw';

/** Enters a run of this process; nobody else's may be there. */
export async function register(tag: string, stateDir: string): Promise<void> {
  const record: RunRecord = { tag, stateDir, owner: thisProcess() };
  const file = join(await made(), `${tag}.json`);
  await writeFile(`${file}.${process.pid}`, JSON.stringify(record));
  await rename(`${file}.${process.pid}`, file);
}

/** The file that's locked by whoever starts a run, or sweeps after one. */
export async function registryLock(): Promise<string> {
  return join(await made(), 'lock');
}

/** The run with this tag. */
export async function findRun(tag: string): Promise<RunRecord | undefined> {
  const text = await readFile(join(folder, `${tag}.json`), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as RunRecord);
}

/** All runs that have not been swept. */
export async function listRuns(): Promise<readonly RunRecord[]> {
  const files = await readdir(folder).catch(() => []);
  const runs = await Promise.all(
    files.filter((file) => /^[0-9a-f]{6}\.json$/.test(file)).map((file) => findRun(file.slice(0, 6))),
  );
  return runs.filter((run) => run !== undefined);
}

/** Strikes a run off. */
export async function unregister(tag: string): Promise<void> {
  await rm(join(folder, `${tag}.json`), { force: true });
}

async function made(): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}
