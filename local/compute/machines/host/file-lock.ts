import { execa } from 'execa';
import { systemPath } from './assert-host-requirements.ts';

/**
 * Does something while holding the kernel's lock on a file, which is made if need be and stays. A child holds it for as
 * long as this process keeps a pipe to it open, so that whoever dies lets go. flock(1).
 * @throws Error when another holds the lock for longer than `deadlineMs`
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
