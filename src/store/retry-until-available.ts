import { StoreUnavailable } from './store-errors.ts';

/** Does `work`, again while the store is away. @param pause between two tries; when it throws, no more are made */
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
