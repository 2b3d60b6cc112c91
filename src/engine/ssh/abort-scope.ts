import { setMaxListeners } from 'node:events';
import { KthwError } from '../workflow/errors.ts';

export interface AbortScope {
  /** Aborts with the `KthwError` to throw. */
  readonly signal: AbortSignal;
  dispose(): void;
}

/** How a call ends early: its caller's signal (`cancelled`) or its deadline (`deadline`), whichever is first. Stop it when the call is over. */
export function createAbortScope(
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
  operation: { readonly host: string; readonly doing: string },
): AbortScope {
  const controller = new AbortController();
  const cancel = (): void => controller.abort(new KthwError('cancelled', {}));
  if (options.signal.aborted) cancel();
  // One signal ends all the commands of a run, which are many at once; Node would warn of a leak at eleven.
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

/** The work's result, or the signal's reason if that comes first. The work itself goes on. */
export function rejectOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
