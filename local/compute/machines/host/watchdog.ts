import { join } from 'node:path';
import { execa } from 'execa';
import { systemPath } from './assert-host-requirements.ts';

/** Watches over a run: sweeps after it when this process dies without having dismissed the guardian. */
export interface Watchdog {
  /** Ends the watch; nothing is swept. */
  stop(): Promise<void>;
}

/**
 * Posts a guardian. It's a shell that reads from a pipe which only this process holds open: no word and the end of the pipe
 * mean that this process is gone, however it ended.
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
