import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';

export interface RunTailer {
  /** A run has news. Returns at once. */
  enqueueRun(run: string): void;
  /** Looks once more, then no more. */
  stop(): Promise<void>;
}

interface TailRunsOptions {
  readonly store: Pick<Store, 'readEvents'>;
  /** New events of a run, in order, each once. */
  onEvents(run: string, events: readonly StoredEvent[]): Promise<void> | void;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** What happened before belongs to another process. @default now */
  readonly since?: Date;
  /** How often to look at runs that have news. @default 2_000 */
  readonly intervalMs?: number;
}

/** Reads what this process's runs journalled, behind them and in no hurry: nothing waits for it, and its errors are logged only. */
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
        log({ run, error }, 'following a run');
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
