import { setMaxListeners } from 'node:events';
import { KthwError } from '../cluster/errors.ts';

interface AbortScope {
  /** Aborts with the `KthwError` to throw. */
  readonly signal: AbortSignal;
  dispose(): void;
}

/** Combines the caller's signal (`cancelled`) and a deadline (`deadline`). Dispose it after the call. */
export function createAbortScope(
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
  operation: { readonly host: string; readonly doing: string },
): AbortScope {
  const controller = new AbortController();
  const cancel = (): void => controller.abort(new KthwError('cancelled', {}));
  if (options.signal.aborted) cancel();
  // All concurrent commands of a run share one signal; Node warns of a leak at eleven listeners.
  setMaxListeners(0, options.signal);
  options.signal.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(() => {
    controller.abort(new KthwError('deadline', { ...operation, seconds: Math.round(options.deadlineMs / 1000) }));
  }, options.deadlineMs);
  return {
    signal: controller.signal,
    dispose() {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', cancel);
    },
  };
}

/** Rejects with the signal's reason if it aborts before the work ends. The work itself continues. */
export function rejectOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
