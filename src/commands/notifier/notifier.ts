import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterService } from '../../engine/service/cluster-service.ts';
import type { Clock } from '../../engine/workflow/step.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Store, VersionedRecord } from '../../store/store.ts';
import { allowAllPolicy, type Policy } from '../authorization/policy.ts';
import { createTimelineChart } from '../charts/timeline-chart.ts';
import type { Chat } from '../slack/chat.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RunNotifier, type RunNotifierOptions } from './run-notifier.ts';

export interface NotifierOptions {
  readonly store: Store;
  readonly clusterService: ClusterService;
  readonly chat: Chat;
  /** Who may answer questions. @default everybody */
  readonly policy?: Policy;
  /** The picture of a run that is over. @default its timeline */
  readonly renderChart?: RunNotifierOptions['renderChart'];
  /** @default the system's */
  readonly clock?: Clock;
  readonly log: RunNotifierOptions['log'];
}

export interface Notifier {
  /** Events of the run were stored. Returns at once; may be called as often as one likes. */
  wake(run: string): void;
  /** Takes up every thread that is not at its end: what a process before this one left. */
  start(): Promise<void>;
  /** Once nothing is being told and nothing waits to be. */
  waitUntilIdle(): Promise<void>;
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
export function createNotifier(options: NotifierOptions): Notifier {
  const stop = new AbortController();
  /** Of every run that is not over: what they have read need not be read again. `done`: while there is something to tell. */
  const runNotifiers = new Map<string, { readonly runNotifier: RunNotifier; pending?: Promise<void> }>();
  const { clock = systemClock, policy = allowAllPolicy, log } = options;
  const renderChart = ignoreRenderErrors(options.renderChart ?? createTimelineChart, log);
  const runNotifierOptions = {
    ...options,
    clock,
    policy,
    renderChart,
    rateLimiter: new RateLimiter(),
    notifierId: randomUUID(),
  };

  function wake(run: string): void {
    if (stop.signal.aborted) return;
    const entry = runNotifiers.get(run) ?? { runNotifier: new RunNotifier(run, runNotifierOptions) };
    runNotifiers.set(run, entry);
    entry.runNotifier.wake();
    entry.pending ??= flushRun(run, entry);
  }

  async function flushRun(
    run: string,
    entry: { readonly runNotifier: RunNotifier; pending?: Promise<void> },
  ): Promise<void> {
    do await entry.runNotifier.flush(stop.signal);
    while (entry.runNotifier.isWoken && !stop.signal.aborted);
    delete entry.pending;
    if (entry.runNotifier.isFinished) runNotifiers.delete(run);
  }

  async function waitUntilIdle(): Promise<void> {
    for (;;) {
      const pendingWork = [...runNotifiers.values()].flatMap(({ pending }) => pending ?? []);
      if (pendingWork.length === 0) return;
      await Promise.all(pendingWork);
    }
  }

  return {
    wake,
    async start() {
      for (const run of await options.store.listOpenRuns()) wake(run);
      for await (const { id, value } of iterateThreads(options.store)) {
        if (runNotifiers.has(id)) continue;
        // A picture that is due, too, or what was being done when a process ended.
        if (
          value.approvalMessages ||
          value.deliveryClaim ||
          (await options.store.readEvents(id, value.cursor)).length > 0
        )
          wake(id);
      }
    },
    waitUntilIdle,
    async close() {
      stop.abort();
      await waitUntilIdle();
    },
  };
}

/** A picture that can't be drawn is none: whatever it is that went wrong, the run is told all the same. */
function ignoreRenderErrors(
  renderChart: RunNotifierOptions['renderChart'],
  log: NotifierOptions['log'],
): RunNotifierOptions['renderChart'] {
  return async (view, events) => {
    try {
      return await renderChart(view, events);
    } catch (error) {
      log({ run: view.run, error }, 'drawing a run');
      return undefined;
    }
  };
}

async function* iterateThreads(store: Store): AsyncGenerator<VersionedRecord<RecordValue<'slackThread'>>> {
  for (let after: string | undefined; ; ) {
    const page = await store.list('slackThread', { limit: pageSize, ...(after === undefined ? {} : { after }) });
    yield* page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.id;
  }
}
