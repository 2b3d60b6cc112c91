import { setTimeout as sleep } from 'node:timers/promises';

export interface Watched {
  readonly looks: number;
  readonly misses: number;
  /** The longest time from a look that worked to the next one that did. */
  readonly longestMs: number;
  /** Why the first look that failed did. */
  readonly firstMiss?: string;
}

const everyMs = 500;

/** Looks again and again while `work` goes on. A look that throws is a miss. */
export async function watchDuring<T>(
  look: () => Promise<void>,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly watched: Watched }> {
  const over = new AbortController();
  const watching = watch(look, over.signal);
  try {
    const result = await work();
    over.abort();
    return { result, watched: await watching };
  } finally {
    over.abort();
    await watching;
  }
}

async function watch(look: () => Promise<void>, signal: AbortSignal): Promise<Watched> {
  let [looks, misses, longestMs, well] = [0, 0, 0, Date.now()];
  let firstMiss: string | undefined;
  while (!signal.aborted) {
    looks++;
    try {
      await look();
      longestMs = Math.max(longestMs, Date.now() - well);
      well = Date.now();
    } catch (error) {
      misses++;
      firstMiss ??= (error as Error).message;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
  longestMs = Math.max(longestMs, Date.now() - well);
  return { looks, misses, longestMs, ...(firstMiss === undefined ? {} : { firstMiss }) };
}

export function watchedWords({ looks, misses, longestMs }: Watched): string {
  return `${looks} looks, ${misses} misses, at most ${(longestMs / 1000).toFixed(1)} s between two that worked`;
}
