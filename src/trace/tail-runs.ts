import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';

export interface RunTailer {
  /** Schedules a run with new events. Returns immediately. */
  enqueueRun(run: string): void;
  /** Reads pending runs once more, then stops. */
  stop(): Promise<void>;
}

interface TailRunsOptions {
  readonly store: Pick<Store, 'readEvents'>;
  /** New events of a run, in order, each once. */
  onEvents(run: string, events: readonly StoredEvent[]): Promise<void> | void;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Ignores earlier events, which belong to another process. @default now */
  readonly since?: Date;
  /** Interval between reads. @default 2_000 */
  readonly intervalMs?: number;
}

/** Reads new events of this process's runs in the background. Errors are only logged. */
export function tailRuns({ store, onEvents, log, since = new Date(), intervalMs = 2_000 }: TailRunsOptions): RunTailer {
  const pendingRuns = new Set<string>();
  const lastSeqByRun = new Map<string, number>();
  const stopping = new AbortController();

  async function readPendingRuns(): Promise<void> {
    const runs = [...pendingRuns];
    pendingRuns.clear();
    for (const run of runs) {
      try {
        const events = await store.readEvents(run, lastSeqByRun.get(run) ?? 0);
        const last = events.at(-1);
        if (!last) continue;
        lastSeqByRun.set(run, last.seq);
        await onEvents(
          run,
          events.filter(({ at }) => at >= since),
        );
        if (last.event.type === 'run.finished') lastSeqByRun.delete(run);
      } catch (error) {
        log({ run, error }, 'reading the events of a run failed');
      }
    }
  }

  async function runLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      await readPendingRuns();
    }
  }
  const loop = runLoop();

  return {
    enqueueRun: (run) => void pendingRuns.add(run),
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
