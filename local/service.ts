import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

export interface ServiceOptions {
  readonly name: string;
  /** Script and its arguments. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Called with each output line except `listening URL`. */
  readonly onLine?: (line: string) => void;
}

export interface Service {
  readonly name: string;
  readonly pid: number;
  /** The printed URL, once the service is listening. Rejects if the service exits first. */
  readonly url: Promise<string>;
  /** Resolves with a description when the service exits. */
  readonly exitReason: Promise<string>;
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Sends SIGTERM, then SIGKILL after a timeout. */
  stop(): Promise<void>;
}

const killTimeoutMs = 60_000;

/**
 * Starts a process of the local stack, which prints `listening URL` when ready. It is terminated when this process
 * dies.
 */
export function startService({ name, command, env = {}, logFile, onLine = () => {} }: ServiceOptions): Service {
  const child = execa('setpriv', ['--pdeathsig', 'TERM', process.execPath, ...command], {
    env,
    // Detached, so that Ctrl-C reaches only this process, which controls the shutdown order.
    detached: true,
    cleanup: false,
    reject: false,
    stdin: 'ignore',
    buffer: false,
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  const url = Promise.withResolvers<string>();
  url.promise.catch(() => {});
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      const listening = line.match(/^listening (\S+)$/);
      if (listening?.[1]) url.resolve(listening[1]);
      else onLine(line);
    });
  }
  const exitReason = child.then(({ exitCode, signal }) => {
    const reason = `${name} exited (${signal ?? `exit code ${exitCode}`}); see the log in ${logFile}`;
    url.reject(new Error(reason));
    log.end();
    return reason;
  });
  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    const killTimer = setTimeout(() => child.kill('SIGKILL'), killTimeoutMs);
    await exitReason;
    clearTimeout(killTimer);
  }
  return { name, pid: child.pid ?? 0, url: url.promise, exitReason, kill: (signal) => void child.kill(signal), stop };
}
