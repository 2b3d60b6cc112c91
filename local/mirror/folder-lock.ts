import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const lockTimeoutMs = 60 * 60_000;

/**
 * Runs an action that only one process at a time may run in `folder`. Uses SQLite's lock on an empty database, which
 * the kernel releases even if the process is killed.
 * @throws Error when another process holds the lock for an hour
 */
export async function withFolderLock<T>(
  folder: string,
  options: { readonly signal: AbortSignal; readonly onWait: () => void },
  action: () => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    const deadline = Date.now() + lockTimeoutMs;
    for (let tries = 0; !tryLock(database); tries++) {
      if (tries === 0) options.onWait();
      if (Date.now() > deadline)
        throw new Error(
          `cannot lock "${folder}": another process has held the lock for an hour; stop that process and retry`,
        );
      await sleep(500, undefined, { signal: options.signal });
    }
    return await action();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    // SQLITE_BUSY, sqlite.org/rescode.html
    if ((error as { errcode?: number }).errcode === 5) return false;
    throw error;
  }
}
