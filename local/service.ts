import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

export interface ServiceOptions {
  readonly name: string;
  /** Script and its arguments. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Told each line that it prints besides the one that says it listens. */
  readonly onLine?: (line: string) => void;
}

export interface Service {
  readonly name: string;
  readonly pid: number;
  /** The URL that it printed, once it listens. Rejects when it ends before. */
  readonly url: Promise<string>;
  /** Ends in why, whenever it ends. */
  readonly exitReason: Promise<string>;
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Asks it to end, insists after a while. */
  stop(): Promise<void>;
}

const killTimeoutMs = 60_000;

/** A process of the local stack, which says `listening URL` when it is ready. It ends when this process does. */
export function startService({ name, command, env = {}, logFile, onLine = () => {} }: ServiceOptions): Service {
  const child = execa('setpriv', ['--pdeathsig', 'TERM', process.execPath, ...command], {
    env,
    // A Ctrl-C goes to us alone; the order in which things end is ours.
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
    const reason = `${name} ended (${signal ?? `exit code ${exitCode}`}); its log is in ${logFile}`;
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
