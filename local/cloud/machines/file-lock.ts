import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type Owner, thisProcess } from './owner.ts';

/**
 * Does something while holding a lock file that names this process. The lock of a process that has died counts for nothing.
 * @throws Error when another process holds the lock for longer than `deadlineMs`
 */
export async function withFileLock<T>(file: string, deadlineMs: number, action: () => Promise<T>): Promise<T> {
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(thisProcess()));
  const deadline = Date.now() + deadlineMs;
  try {
    while (!(await take(own, file))) {
      if (Date.now() > deadline) throw new Error(`cannot take "${file}": another process holds it`);
      await sleep(200);
    }
    try {
      return await action();
    } finally {
      await rm(file, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** A hard link appears whole or not at all, so nobody reads a lock half written. */
async function take(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (holder !== '' && !isAlive(JSON.parse(holder) as Owner)) await rm(file, { force: true });
    return false;
  }
}
