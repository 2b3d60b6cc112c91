import { execa } from 'execa';
import { systemPath } from './assert-host-requirements.ts';

/**
 * Runs an action while holding an flock(1) lock on a file; creates the file and keeps it. A child process holds the
 * lock for as long as this process keeps its pipe open, so the lock is released even if this process is killed.
 * @throws Error when the lock is still held elsewhere after `deadlineMs`
 */
export async function withFileLock<T>(file: string, deadlineMs: number, action: () => Promise<T>): Promise<T> {
  const wait = ['--timeout', String(deadlineMs / 1_000), '--conflict-exit-code', '75'];
  const child = execa('flock', [...wait, file, 'sh', '-c', 'echo locked; read -r _'], {
    detached: true,
    cleanup: false,
    stdin: 'pipe',
    reject: false,
    env: { PATH: systemPath },
  });
  const locked = new Promise<boolean>((resolve) => child.stdout.once('data', () => resolve(true)));
  const failed = child.then(({ exitCode, stderr }) => {
    const reason = exitCode === 75 ? 'another process holds it' : stderr;
    throw new Error(`cannot lock "${file}": ${reason}`);
  });
  failed.catch(() => undefined);
  await Promise.race([locked, failed]);
  try {
    return await action();
  } finally {
    child.stdin.end();
    await child;
  }
}
