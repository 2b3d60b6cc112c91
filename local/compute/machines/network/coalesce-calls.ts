/**
 * Runs an idempotent action at most once at a time. Calls made during a run share the next run, so each caller gets the
 * result of a run that started after its call.
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
