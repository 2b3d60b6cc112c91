/**
 * Makes an idempotent action run once at a time; those who ask while it runs share the next run. The result of asking is
 * that of a run that began afterwards.
 */
export function coalesceCalls(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  function startRun(): Promise<void> {
    next = undefined;
    running = action().finally(() => {
      running = undefined;
    });
    return running;
  }
  return () => {
    if (running === undefined) return startRun();
    next ??= running.then(startRun, startRun);
    return next;
  };
}
