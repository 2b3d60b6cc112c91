import { randomUUID } from 'node:crypto';
import type { ClusterService } from '../../engine/service/cluster-service.ts';
import type { Clock } from '../../engine/workflow/step.ts';
import { systemClock } from '../../engine/workflow/system-clock.ts';
import { iterateRecords } from '../../store/iterate-records.ts';
import type { Store } from '../../store/store.ts';
import { createAuthorizer } from '../authorization/authorizer.ts';
import { allowAllPolicy, type Policy } from '../authorization/policy.ts';
import { createTimelineChart } from '../charts/timeline-chart.ts';
import type { Chat } from '../slack/chat.ts';
import { RateLimiter } from './rate-limiter.ts';
import { createRunNotifier, type RunNotifier, type RunNotifierOptions } from './run-notifier.ts';

export interface NotifierOptions {
  readonly store: Store;
  readonly clusterService: ClusterService;
  readonly chat: Chat;
  /** @default allows everyone everything */
  readonly policy?: Policy;
  /** Chart of a finished run. @default its timeline */
  readonly renderChart?: RunNotifierOptions['renderChart'];
  /** @default the system clock */
  readonly clock?: Clock;
  readonly log: RunNotifierOptions['log'];
}

export interface Notifier {
  /** Call after events of the run were stored. Returns immediately. */
  wake(run: string): void;
  /** Resumes all threads that an earlier process left behind. */
  start(): Promise<void>;
  /** Resolves when all threads are current. */
  waitUntilIdle(): Promise<void>;
  /** Stops after in-flight calls. The next start posts the rest. */
  close(): Promise<void>;
}

/**
 * Posts run progress to Slack: one message per run, updated in place, with replies in its thread. It reads events from
 * a cursor in the store, so an outage of Slack or a crash delays messages but loses none.
 */
export function createNotifier(options: NotifierOptions): Notifier {
  const stop = new AbortController();
  /** One per unfinished run, kept to avoid reading events again. `pending`: its flush in progress. */
  const runNotifiers = new Map<string, { readonly runNotifier: RunNotifier; pending?: Promise<void> }>();
  const { clusterService, chat, clock = systemClock, policy = allowAllPolicy, log } = options;
  const renderChart = ignoreRenderErrors(options.renderChart ?? createTimelineChart, log);
  const runNotifierOptions = {
    ...options,
    clock,
    policy,
    authorize: createAuthorizer({ policy, store: options.store, clusterService, chat, now: () => clock.now(), log }),
    renderChart,
    rateLimiter: new RateLimiter(),
    notifierId: randomUUID(),
  };

  function wake(run: string): void {
    if (stop.signal.aborted) return;
    const entry = runNotifiers.get(run) ?? { runNotifier: createRunNotifier(run, runNotifierOptions) };
    runNotifiers.set(run, entry);
    entry.runNotifier.wake();
    entry.pending ??= flushRun(run, entry);
  }

  async function flushRun(
    run: string,
    entry: { readonly runNotifier: RunNotifier; pending?: Promise<void> },
  ): Promise<void> {
    do await entry.runNotifier.flush(stop.signal);
    while (entry.runNotifier.isWoken() && !stop.signal.aborted);
    delete entry.pending;
    if (entry.runNotifier.isFinished()) runNotifiers.delete(run);
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
      for await (const { id, value } of iterateRecords(options.store, 'slackThread')) {
        if (runNotifiers.has(id)) continue;
        // A pending request, a pending chart or a delivery in flight when a process ended.
        if (
          value.editableMessages?.some(({ renderedState }) => renderedState !== 'current') ||
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

/** A chart that can't be drawn must not keep the run from being reported. */
function ignoreRenderErrors(
  renderChart: RunNotifierOptions['renderChart'],
  log: NotifierOptions['log'],
): RunNotifierOptions['renderChart'] {
  return async (view, events) => {
    try {
      return await renderChart(view, events);
    } catch (error) {
      log({ run: view.run, error }, 'drawing the timeline of a run failed');
      return undefined;
    }
  };
}
