import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';

export interface Following {
  /** A run has news. Returns at once. */
  told(run: string): void;
  /** Looks once more, then no more. */
  stop(): Promise<void>;
}

interface FollowOptions {
  readonly store: Pick<Store, 'events'>;
  /** New events of a run, in order, each once. */
  heard(run: string, events: readonly StoredEvent[]): Promise<void> | void;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** What happened before belongs to another process. @default now */
  readonly since?: Date;
  /** How often to look at runs that have news. @default 2_000 */
  readonly everyMs?: number;
}

/** Reads what this process's runs journalled, behind them and in no hurry: nothing waits for it, and its errors are logged only. */
export function followRuns({ store, heard, log, since = new Date(), everyMs = 2_000 }: FollowOptions): Following {
  const news = new Set<string>();
  const seen = new Map<string, number>();
  const stopping = new AbortController();

  async function look(): Promise<void> {
    const runs = [...news];
    news.clear();
    for (const run of runs) {
      try {
        const events = await store.events(run, seen.get(run) ?? 0);
        const last = events.at(-1);
        if (!last) continue;
        seen.set(run, last.seq);
        await heard(
          run,
          events.filter(({ at }) => at >= since),
        );
        if (last.event.type === 'run.finished') seen.delete(run);
      } catch (error) {
        log({ run, error }, 'following a run');
      }
    }
  }

  async function go(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      await look();
    }
  }
  const going = go();

  return {
    told: (run) => void news.add(run),
    async stop() {
      stopping.abort();
      await going;
    },
  };
}
