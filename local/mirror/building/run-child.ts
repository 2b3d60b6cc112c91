import { execa } from 'execa';

export interface ChildOptions {
  readonly cwd?: string;
  /** Added to PATH, HOME and other basic variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  /** Called with each output line of either stream. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program in a new process group and returns its standard output. Kills the whole group when the signal aborts,
 * the timeout expires or this process exits.
 * @throws Error with the program's last output lines when it fails
 */
export async function runChild(file: string, args: readonly string[], options: ChildOptions): Promise<string> {
  options.signal.throwIfAborted();
  const child = execa(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { LC_ALL: 'C', ...options.env },
    stdin: 'ignore',
    detached: true,
    reject: false,
    all: true,
    maxBuffer: 50_000_000,
  });
  const last: string[] = [];
  const onLine = (line: string) => {
    last.push(line);
    if (last.length > 8) last.shift();
    options.onLine?.(line);
  };
  const end = () => killGroup(child.pid, 'SIGTERM');
  const stop = AbortSignal.any([options.signal, AbortSignal.timeout(options.deadlineMs)]);
  let killer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    end();
    killer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), 3_000).unref();
  };
  stop.addEventListener('abort', onAbort, { once: true });
  process.once('exit', end);
  try {
    const lines = (async () => {
      for await (const line of child.iterable({ from: 'all', preserveNewlines: false })) onLine(line);
    })();
    const result = await child;
    await lines;
    stop.throwIfAborted();
    if (result.failed) throw new Error(`"${file}" failed: ${last.join(' / ') || `exit code ${result.exitCode}`}`);
    return String(result.stdout);
  } finally {
    clearTimeout(killer);
    stop.removeEventListener('abort', onAbort);
    process.removeListener('exit', end);
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has already exited.
  }
}
