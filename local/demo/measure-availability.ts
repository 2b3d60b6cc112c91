import { setTimeout as sleep } from 'node:timers/promises';

export interface Availability {
  readonly probes: number;
  readonly failures: number;
  /** The longest time from a look that worked to the next one that did. */
  readonly longestOutageMs: number;
  /** Why the first look that failed did. */
  readonly firstFailure?: string;
}

const intervalMs = 500;

/** Looks again and again while `work` goes on. A look that throws is a miss. */
export async function measureAvailability<T>(
  probe: () => Promise<void>,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly availability: Availability }> {
  const end = new AbortController();
  const measurement = probeRepeatedly(probe, end.signal);
  try {
    const result = await work();
    end.abort();
    return { result, availability: await measurement };
  } finally {
    end.abort();
    await measurement;
  }
}

async function probeRepeatedly(probe: () => Promise<void>, signal: AbortSignal): Promise<Availability> {
  let [probes, failures, longestOutageMs, lastSuccess] = [0, 0, 0, Date.now()];
  let firstFailure: string | undefined;
  while (!signal.aborted) {
    probes++;
    try {
      await probe();
      longestOutageMs = Math.max(longestOutageMs, Date.now() - lastSuccess);
      lastSuccess = Date.now();
    } catch (error) {
      failures++;
      firstFailure ??= (error as Error).message;
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => {});
  }
  longestOutageMs = Math.max(longestOutageMs, Date.now() - lastSuccess);
  return { probes, failures, longestOutageMs, ...(firstFailure === undefined ? {} : { firstFailure }) };
}

export function formatAvailability({ probes, failures, longestOutageMs }: Availability): string {
  return `${probes} looks, ${failures} misses, at most ${(longestOutageMs / 1000).toFixed(1)} s between two that worked`;
}
