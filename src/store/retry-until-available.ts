import { StoreAway } from './store-errors.ts';

/** Does `work`, again while the store is away. @param pause between two tries; when it throws, no more are made */
export async function onceBack<T>(work: () => Promise<T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      await pause();
    }
  }
}
