const parentCheckMs = 1_000;

/**
 * Returns a signal that aborts on SIGINT, SIGTERM or SIGHUP, or when the parent process dies. npm and the launcher
 * forward signals, but a shell between them can die without forwarding one.
 */
export function createStopSignal(): AbortSignal {
  const stop = new AbortController();
  const { signal } = stop;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) stop.abort(new Error('stopped because the parent process ended'));
  }, parentCheckMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer));
  return signal;
}
