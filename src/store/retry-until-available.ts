import { StoreUnavailable } from './store.ts';

/** Retries `work` while the store is unavailable. @param pause awaited between attempts; ends the retries if it throws */
export async function retryUntilAvailable<T>(work: () => Promise<T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await pause();
    }
  }
}
