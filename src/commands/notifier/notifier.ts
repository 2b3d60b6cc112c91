import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from '../../engine/service/cluster-service-types.ts';
import type { Clock } from '../../engine/workflow/step.ts';
import type { RecordOf } from '../../store/records.ts';
import type { Store, Versioned } from '../../store/store.ts';
import { everybody, type Policy } from '../authorization/policy.ts';
import { timelinePicture } from '../charts/timeline-chart.ts';
import type { Chat } from '../slack/chat.ts';
import { Gates } from './rate-limiter.ts';
import { Teller, type TellerOptions } from './run-notifier.ts';

export interface CourierOptions {
  readonly store: Store;
  readonly desk: Desk;
  readonly chat: Chat;
  /** Who may answer questions. @default everybody */
  readonly policy?: Policy;
  /** The picture of a run that is over. @default its timeline */
  readonly draw?: TellerOptions['draw'];
  /** @default the system's */
  readonly clock?: Clock;
  readonly log: TellerOptions['log'];
}

export interface Courier {
  /** Events of the run were stored. Returns at once; may be called as often as one likes. */
  poke(run: string): void;
  /** Takes up every thread that is not at its end: what a process before this one left. */
  start(): Promise<void>;
  /** Once nothing is being told and nothing waits to be. */
  idle(): Promise<void>;
  /** Stops after the calls that are under way. What is left is told at the next start. */
  close(): Promise<void>;
}

const pageSize = 200;
const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => await sleep(ms, undefined, { signal }),
};

/**
 * Brings what happened in runs to Slack: one message each, edited in place, with replies in its thread. It reads the
 * store from a cursor, so that a Slack that is away, or a crash, delays what is said and loses nothing.
 */
export function openCourier(options: CourierOptions): Courier {
  const stop = new AbortController();
  /** Of every run that is not over: what they have read need not be read again. `done`: while there is something to tell. */
  const tellers = new Map<string, { readonly teller: Teller; done?: Promise<void> }>();
  const { clock = systemClock, policy = everybody, log } = options;
  const draw = drawn(options.draw ?? timelinePicture, log);
  const o = { ...options, clock, policy, draw, gates: new Gates(), me: randomUUID() };

  function poke(run: string): void {
    if (stop.signal.aborted) return;
    const known = tellers.get(run) ?? { teller: new Teller(run, o) };
    tellers.set(run, known);
    known.teller.poke();
    known.done ??= work(run, known);
  }

  async function work(run: string, known: { readonly teller: Teller; done?: Promise<void> }): Promise<void> {
    do await known.teller.tell(stop.signal);
    while (known.teller.poked && !stop.signal.aborted);
    delete known.done;
    if (known.teller.isOver) tellers.delete(run);
  }

  async function idle(): Promise<void> {
    for (;;) {
      const busy = [...tellers.values()].flatMap(({ done }) => done ?? []);
      if (busy.length === 0) return;
      await Promise.all(busy);
    }
  }

  return {
    poke,
    async start() {
      for (const run of await options.store.openRuns()) poke(run);
      for await (const { id, value } of threads(options.store)) {
        if (tellers.has(id)) continue;
        // A picture that is due, too, or what was being done when a process ended.
        if (value.questions || value.intent || (await options.store.events(id, value.cursor)).length > 0) poke(id);
      }
    },
    idle,
    async close() {
      stop.abort();
      await idle();
    },
  };
}

/** A picture that can't be drawn is none: whatever it is that went wrong, the run is told all the same. */
function drawn(draw: TellerOptions['draw'], log: CourierOptions['log']): TellerOptions['draw'] {
  return async (view, events) => {
    try {
      return await draw(view, events);
    } catch (error) {
      log({ run: view.run, error }, 'drawing a run');
      return undefined;
    }
  };
}

async function* threads(store: Store): AsyncGenerator<Versioned<RecordOf<'thread'>>> {
  for (let after: string | undefined; ; ) {
    const page = await store.list('thread', { limit: pageSize, ...(after === undefined ? {} : { after }) });
    yield* page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.id;
  }
}
