import { setTimeout as sleep } from 'node:timers/promises';

export interface Availability {
  readonly probes: number;
  readonly failures: number;
  /** Longest time between two consecutive successful probes. */
  readonly longestOutageMs: number;
  /** Error of the first failed probe. */
  readonly firstFailure?: string;
}

const intervalMs = 500;

/** Probes repeatedly while `work` runs. A probe that throws counts as failed. */
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
  return `${probes} probes, ${failures} failed, longest gap between successes ${(longestOutageMs / 1000).toFixed(1)} s`;
}
