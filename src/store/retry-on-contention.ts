import { setTimeout as sleep } from 'node:timers/promises';
import { computeBackoffDelay } from './backoff-delay.ts';
import { StoreUnavailable } from './store.ts';

const backoff = { firstDelayMs: 20, maxDelayMs: 1_000 } as const;

/**
 * Retries `attempt` with exponential backoff and jitter until it returns a result.
 * @param attempt returns undefined after a concurrent write, or throws StoreUnavailable without a response
 * @throws StoreUnavailable after `deadlineMs`
 */
export async function retryOnContention<T>(
  doing: string,
  deadlineMs: number,
  attempt: () => Promise<{ readonly done: T } | undefined>,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (let failures = 1; ; failures++) {
    const { outcome, cause } = await runAttempt(attempt);
    if (outcome !== undefined) return outcome.done;
    if (Date.now() > deadline) {
      const reason = 'concurrent writes or no response from Firestore';
      throw new StoreUnavailable(`${doing}: ${reason} for ${deadlineMs} ms; try again later`, { cause });
    }
    await sleep(Math.random() * computeBackoffDelay(backoff, failures));
  }
}

async function runAttempt<T>(attempt: () => Promise<T>): Promise<{ outcome?: T; cause?: unknown }> {
  try {
    return { outcome: await attempt() };
  } catch (error) {
    if (error instanceof StoreUnavailable) return { cause: error };
    throw error;
  }
}

/** Runs work sequentially per key, in order of arrival. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(key) ?? Promise.resolve();
    const current = previous.then(work, work);
    this.#tails.set(key, current);
    const cleanUp = (): void => {
      if (this.#tails.get(key) === current) this.#tails.delete(key);
    };
    current.then(cleanUp, cleanUp);
    return current;
  }
}
