import type { RunView } from '../../engine/service/cluster-service.ts';
import { type Backoff, computeBackoffDelay } from '../../store/backoff-delay.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { RecordValue } from '../../store/records.ts';
import { StaleVersion } from '../../store/store.ts';
import { ChatError } from '../slack/chat.ts';
import { saveThread, type VersionedThread } from './delivery-claim.ts';
import { type DeliveryCache, type DeliveryDeps, executeDelivery } from './execute-delivery.ts';
import { formatChannelError } from './format-channel-error.ts';
import { type Delivery, listNextDeliveries, rateLimitClassOf } from './next-deliveries.ts';
import { minIntervalMs, type RateLimitClass, type RateLimiter } from './rate-limiter.ts';

export interface RunNotifierOptions extends DeliveryDeps {
  readonly rateLimiter: RateLimiter;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

export type RunNotifier = ReturnType<typeof createRunNotifier>;

interface LoadedThread {
  readonly record: VersionedThread;
  readonly view: RunView;
}
type ExecutableDelivery = Exclude<Delivery, { kind: 'wait' }>;

const backoff = { firstDelayMs: 1_000, maxDelayMs: 60_000 } as const;
/** An administrator has to fix the token, so retries are rarer. */
const accountBackoff = { firstDelayMs: 30_000, maxDelayMs: 300_000 } as const;
/** A kubeconfig that can't be sent must not keep the run result from being posted. */
const maxKubeconfigAttempts = 8;
/** Deliveries that must not be repeated blindly after a crash. */
const claimedKinds: ReadonlySet<string> = new Set(['summary', 'reply', 'question', 'kubeconfig', 'picture']);

/** Posts one run to Slack, following the cursor in its record. Errors are retried and never reach the run. */
export function createRunNotifier(run: string, options: RunNotifierOptions) {
  const { store, clusterService, chat, clock, rateLimiter, policy, notifierId, log } = options;
  const cache: DeliveryCache = { postedMessages: new Map() };
  const backoffs = new Map<RateLimitClass | 'store', { failures: number; until: number }>();
  let events: readonly StoredEvent[] = [];
  let currentView: RunView | undefined;
  let lastRenderedSeq = -1;
  let hasInFlightFailed = false;
  let isPlainText = false;
  let fallbackReason: string | undefined;
  let isWoken = true;
  /** The run at each of its ends whose message may have an outdated button, by the event's `seq`. Never changes. */
  const finishedRuns = new Map<number, RunView>();
  /** By channel and timestamp of the summary. */
  const permalinks = new Map<string, string | undefined>();

  /** Returns when the thread is current or `signal` aborts. */
  async function flush(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      isWoken = false;
      try {
        const waitUntil = await deliverNext();
        if (waitUntil === undefined) return;
        await sleepUntil(waitUntil, signal);
      } catch (error) {
        // Another process changed the record: reload. Other errors are transient store errors.
        if (error instanceof StaleVersion) currentView = undefined;
        else log({ run, error }, 'posting a run to Slack failed; retrying');
        await sleepUntil(recordFailure('store', backoff), signal);
      }
    }
  }

  /** Executes the first due delivery. @returns Unix ms to wait until; undefined when the thread is current */
  async function deliverNext(): Promise<number | undefined> {
    const loaded = await loadThread();
    if (!loaded) return undefined;
    const { record, view } = loaded;
    const now = clock.now();
    const state = {
      thread: record.value,
      view,
      events,
      finishedRuns,
      lastRenderedSeq,
      hasInFlightFailed,
      fallbackReason,
      policy,
      permalink: getPermalink(record.value),
    };
    const deliveries = listNextDeliveries(state, notifierId, now);
    const [first] = deliveries
      .map((delivery) => ({ delivery, at: getReadyAt(delivery, record.value.channel) }))
      .sort((a, b) => a.at - b.at);
    if (!first) return undefined;
    if (first.at > +now || first.delivery.kind === 'wait') return first.at;
    await execute(first.delivery, record, view);
    return 0;
  }

  async function loadThread(): Promise<LoadedThread | undefined> {
    events = [...events, ...(await store.readEvents(run, events.length))];
    if (!currentView || currentView.lastSeq < events.length) currentView = await clusterService.getRunView(run);
    const view = currentView;
    if (!view) return undefined;
    if (view.lastSeq > events.length) return await loadThread();
    const record = await store.read('slackThread', run);
    if (record) {
      await loadFinishedRuns(record.value);
      return { record, view };
    }
    const value = { channel: view.channel, cursor: 0 };
    return { record: { id: run, value, version: await store.write('slackThread', run, value, undefined) }, view };
  }

  async function loadFinishedRuns({ editableMessages = [] }: RecordValue<'slackThread'>): Promise<void> {
    for (const { seq } of editableMessages) {
      if (events[seq - 1]?.event.type !== 'run.finished' || finishedRuns.has(seq)) continue;
      const view = await clusterService.getRunView(run, seq);
      if (view) finishedRuns.set(seq, view);
    }
  }

  async function execute(delivery: ExecutableDelivery, record: VersionedThread, view: RunView): Promise<void> {
    const limitClass = rateLimitClassOf[delivery.kind];
    rateLimiter.recordCall(limitClass, getChannel(delivery, record.value.channel), +clock.now());
    if (claimedKinds.has(delivery.kind)) hasInFlightFailed = false;
    try {
      const context = { record, view, events, cache };
      await executeDelivery(isPlainText ? removeBlocks(delivery) : delivery, context, options);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      await handleChatError(error, delivery, view);
      return;
    }
    if (delivery.kind === 'update') lastRenderedSeq = delivery.renderedState;
    if (delivery.kind === 'summary') lastRenderedSeq = view.lastSeq;
    isPlainText = false;
    backoffs.delete(limitClass);
    backoffs.delete('store');
  }

  /** Decides how to continue after a Slack error. Reads the record again, because a claim may have been written. */
  async function handleChatError(error: ChatError, delivery: ExecutableDelivery, view: RunView): Promise<void> {
    const limitClass = rateLimitClassOf[delivery.kind];
    const { kind, reason, cause } = error;
    log(
      { run, delivery: delivery.kind, errorKind: kind, reason, ...(cause ? { cause } : {}) },
      'Slack rejected a delivery',
    );
    // A delivery with an unknown result is searched for before it is repeated.
    if (claimedKinds.has(delivery.kind)) hasInFlightFailed = error.kind !== 'unknown-outcome';
    const record = await store.read('slackThread', run);
    if (!record) return;
    if (error.kind === 'rate-limited') {
      const readyAt = +clock.now() + (error.retryAfterMs ?? minIntervalMs[limitClass]);
      return rateLimiter.blockUntil(limitClass, getChannel(delivery, record.value.channel), readyAt);
    }
    if (delivery.kind === 'kubeconfig') return await handleKubeconfigError(error, delivery.throughSeq, record);
    if (delivery.kind === 'picture' && error.kind !== 'unknown-outcome') {
      return await save(record, { claim: { pendingChart: undefined } });
    }
    const isUnreachable = error.kind === 'channel-unavailable' || error.kind === 'message-not-found';
    if (delivery.kind === 'amend' && isUnreachable) return await save(record, { question: { seq: delivery.seq } });
    switch (error.kind) {
      case 'unknown-outcome':
        recordFailure(limitClass, backoff);
        return;
      case 'auth':
        recordFailure(limitClass, accountBackoff);
        return;
      case 'channel-unavailable':
        return await moveToDm(error.reason, record, view);
      case 'message-not-found':
        return await save(record, { thread: { ts: undefined } });
      case 'invalid-content':
        return await handleContentError(delivery, record, view);
      default:
        return error.kind satisfies never;
    }
  }

  async function handleKubeconfigError(error: ChatError, throughSeq: number, record: VersionedThread): Promise<void> {
    recordFailure('upload', backoff);
    const isRetried =
      error.kind === 'unknown-outcome' && (backoffs.get('upload')?.failures ?? 0) < maxKubeconfigAttempts;
    if (isRetried) return;
    const { kubeconfig } = cache;
    delete cache.kubeconfig;
    if (kubeconfig && currentView) await clusterService.withdrawKubeconfig(currentView.cluster, kubeconfig.id);
    await save(record, {
      claim: { kubeconfigOutcome: { throughSeq, failureReason: formatChannelError(error.reason) } },
    });
  }

  /** Slack rejects the content: retries once without blocks, then skips the message. */
  async function handleContentError(
    delivery: ExecutableDelivery,
    record: VersionedThread,
    view: RunView,
  ): Promise<void> {
    if (!isPlainText) {
      isPlainText = true;
      return;
    }
    isPlainText = false;
    if (delivery.kind === 'update') lastRenderedSeq = delivery.renderedState;
    else if (delivery.kind === 'amend') await save(record, { question: { seq: delivery.seq } });
    else await save(record, { thread: { cursor: 'throughSeq' in delivery ? delivery.throughSeq : view.lastSeq } });
  }

  /** Moves the thread to the requester's DM. If it is there already, the run can't be posted at all. */
  async function moveToDm(reason: string, record: VersionedThread, view: RunView): Promise<void> {
    fallbackReason = reason;
    try {
      const dmChannel = await chat.openDm(view.requester.user);
      if (dmChannel !== record.value.channel)
        return await save(record, { thread: { channel: dmChannel, ts: undefined } });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (error.kind === 'rate-limited' || error.kind === 'unknown-outcome' || error.kind === 'auth') {
        recordFailure('post', backoff);
        recordFailure('update', backoff);
        return;
      }
    }
    log({ run, reason }, 'no channel for this run; skipping its messages');
    await save(record, { thread: { ts: undefined, cursor: view.lastSeq } });
  }

  async function save(record: VersionedThread, change: Parameters<typeof saveThread>[1]): Promise<void> {
    await saveThread(record, change, store);
  }

  /** Requested once, in the background. Without it the summary has no link. */
  function getPermalink({ channel, ts }: RecordValue<'slackThread'>): string | undefined {
    if (ts === undefined) return undefined;
    const key = `${channel} ${ts}`;
    if (!permalinks.has(key)) {
      permalinks.set(key, undefined);
      chat.getPermalink({ channel, ts }).then(
        (permalink) => permalinks.set(key, permalink),
        (error: unknown) => log({ run, error }, 'getting the permalink of a thread failed'),
      );
    }
    return permalinks.get(key);
  }

  function getReadyAt(delivery: Delivery, channel: string): number {
    if (delivery.kind === 'wait') return +delivery.until;
    const limitClass = rateLimitClassOf[delivery.kind];
    return Math.max(
      rateLimiter.getReadyAt(limitClass, getChannel(delivery, channel)),
      backoffs.get(limitClass)?.until ?? 0,
    );
  }

  /** @returns Unix ms of the next attempt, with exponential back-off */
  function recordFailure(failureClass: RateLimitClass | 'store', delays: Backoff): number {
    const failures = (backoffs.get(failureClass)?.failures ?? 0) + 1;
    const until = +clock.now() + computeBackoffDelay(delays, failures);
    backoffs.set(failureClass, { failures, until });
    return until;
  }

  /** Sleeps in short intervals, so that new events are posted while another call class is blocked. */
  async function sleepUntil(until: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && +clock.now() < until) {
      await clock.sleep(Math.min(minIntervalMs.update, until - +clock.now()), signal).catch(() => undefined);
      if (isWoken) return;
    }
  }

  return {
    wake(): void {
      isWoken = true;
    },
    isWoken: () => isWoken,
    /** The run has ended, or has no events. */
    isFinished: () => currentView?.outcome !== undefined || events.length === 0,
    flush,
  };
}

/** Questions stay in their channel, even if the thread has moved. */
function getChannel(delivery: ExecutableDelivery, channel: string): string {
  return delivery.kind === 'amend' ? delivery.messageRef.channel : channel;
}

function removeBlocks(delivery: ExecutableDelivery): ExecutableDelivery {
  return 'message' in delivery ? { ...delivery, message: { ...delivery.message, blocks: [] } } : delivery;
}
