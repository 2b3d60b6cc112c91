import { join } from 'node:path';
import { execa } from 'execa';
import { systemPath } from './assert-host-requirements.ts';

/** Cleans up if this process dies before it stops the watchdog. */
export interface Watchdog {
  /** Stops the watchdog without cleanup. */
  stop(): Promise<void>;
}

/**
 * Starts a watchdog: a shell that reads from a pipe held open by this process only. An end of file without input means
 * that this process has died.
 */
export function startWatchdog(stateDir: string): Watchdog {
  const main = join(import.meta.dirname, 'watchdog-main.ts');
  const script = 'read -r word && exit; exec "$0" "$@"';
  const child = execa('sh', ['-c', script, process.execPath, main, stateDir, String(process.pid)], {
    detached: true,
    cleanup: false,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    buffer: false,
    reject: false,
    env: { PATH: systemPath },
  });
  return {
    async stop() {
      child.stdin.end('dismissed\n');
      await child;
    },
  };
}
