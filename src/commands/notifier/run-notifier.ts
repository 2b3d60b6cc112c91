import type { RunView } from '../../engine/service/cluster-service.ts';
import { type Backoff, computeBackoffDelay } from '../../store/backoff-delay.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { RecordValue } from '../../store/records.ts';
import { StaleVersion, type VersionedRecord } from '../../store/store.ts';
import type { Policy } from '../authorization/policy.ts';
import { ChatError } from '../slack/chat.ts';
import { deliveryClaims } from './delivery-claim.ts';
import {
  type DeliveryCache,
  type DeliveryDeps,
  executeDelivery,
  replacePostedQuestion,
  saveThread,
} from './execute-delivery.ts';
import { formatChannelError } from './format-channel-error.ts';
import { type Delivery, listNextDeliveries, rateLimitClassOf } from './next-deliveries.ts';
import { minIntervalMs, type RateLimitClass, type RateLimiter } from './rate-limiter.ts';

export interface RunNotifierOptions extends DeliveryDeps {
  readonly rateLimiter: RateLimiter;
  readonly policy: Policy;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

interface LoadedThread {
  readonly record: VersionedRecord<RecordValue<'slackThread'>>;
  readonly view: RunView;
}
type ExecutableDelivery = Exclude<Delivery, { kind: 'wait' }>;

const backoff = { firstDelayMs: 1_000, maxDelayMs: 60_000 } as const;
/** An administrator has to fix the token, so retries are rarer. */
const accountBackoff = { firstDelayMs: 30_000, maxDelayMs: 300_000 } as const;
/** A kubeconfig that can't be sent must not keep the run result from being posted. */
const maxKubeconfigAttempts = 8;

/** Posts one run to Slack, following the cursor in its record. Errors are retried and never reach the run. */
export class RunNotifier {
  readonly #run: string;
  readonly #options: RunNotifierOptions;
  readonly #cache: DeliveryCache = { postedMessages: new Map() };
  readonly #backoffs = new Map<RateLimitClass | 'store', { failures: number; until: number }>();
  #events: readonly StoredEvent[] = [];
  #view: RunView | undefined;
  #lastRenderedSeq = -1;
  #hasInFlightFailed = false;
  #isPlainText = false;
  #fallbackReason: string | undefined;
  #isWoken = true;
  /** By channel and timestamp of the summary. */
  readonly #permalinks = new Map<string, string | undefined>();

  constructor(run: string, options: RunNotifierOptions) {
    this.#run = run;
    this.#options = options;
  }

  wake(): void {
    this.#isWoken = true;
  }

  get isWoken(): boolean {
    return this.#isWoken;
  }

  /** The run has ended, or has no events. */
  get isFinished(): boolean {
    return this.#view?.outcome !== undefined || this.#events.length === 0;
  }

  /** Returns when the thread is current or `signal` aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#isWoken = false;
      try {
        const waitUntil = await this.#deliverNext();
        if (waitUntil === undefined) return;
        await this.#sleepUntil(waitUntil, signal);
      } catch (error) {
        // Another process changed the record: reload. Other errors are transient store errors.
        if (error instanceof StaleVersion) this.#view = undefined;
        else this.#options.log({ run: this.#run, error }, 'posting a run to Slack failed; retrying');
        await this.#sleepUntil(this.#recordFailure('store', backoff), signal);
      }
    }
  }

  /** Executes the first due delivery. @returns Unix ms to wait until; undefined when the thread is current */
  async #deliverNext(): Promise<number | undefined> {
    const loaded = await this.#loadThread();
    if (!loaded) return undefined;
    const { record, view } = loaded;
    const now = this.#options.clock.now();
    const state = {
      thread: record.value,
      view,
      events: this.#events,
      lastRenderedSeq: this.#lastRenderedSeq,
      hasInFlightFailed: this.#hasInFlightFailed,
      fallbackReason: this.#fallbackReason,
      policy: this.#options.policy,
      permalink: this.#getPermalink(record.value),
    };
    const deliveries = listNextDeliveries(state, this.#options.notifierId, now);
    const [first] = deliveries
      .map((delivery) => ({ delivery, at: this.#getReadyAt(delivery, record.value.channel) }))
      .sort((a, b) => a.at - b.at);
    if (!first) return undefined;
    if (first.at > +now || first.delivery.kind === 'wait') return first.at;
    await this.#execute(first.delivery, record, view);
    return 0;
  }

  async #loadThread(): Promise<LoadedThread | undefined> {
    const { store, clusterService } = this.#options;
    this.#events = [...this.#events, ...(await store.readEvents(this.#run, this.#events.length))];
    if (!this.#view || this.#view.lastSeq < this.#events.length)
      this.#view = await clusterService.getRunView(this.#run);
    const view = this.#view;
    if (!view) return undefined;
    if (view.lastSeq > this.#events.length) return await this.#loadThread();
    const record = await store.read('slackThread', this.#run);
    if (record) return { record, view };
    const value = { channel: view.channel, cursor: 0 };
    return {
      record: { id: this.#run, value, version: await store.write('slackThread', this.#run, value, undefined) },
      view,
    };
  }

  async #execute(
    delivery: ExecutableDelivery,
    record: VersionedRecord<RecordValue<'slackThread'>>,
    view: RunView,
  ): Promise<void> {
    const limitClass = rateLimitClassOf[delivery.kind];
    this.#options.rateLimiter.recordCall(
      limitClass,
      getChannel(delivery, record.value.channel),
      +this.#options.clock.now(),
    );
    if (requiresClaim(delivery)) this.#hasInFlightFailed = false;
    try {
      await executeDelivery(
        this.#isPlainText ? removeBlocks(delivery) : delivery,
        record,
        view,
        this.#events,
        this.#cache,
        this.#options,
      );
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      await this.#handleChatError(error, delivery, view);
      return;
    }
    if (delivery.kind === 'update') this.#lastRenderedSeq = delivery.renderedState;
    if (delivery.kind === 'summary') this.#lastRenderedSeq = view.lastSeq;
    this.#isPlainText = false;
    this.#backoffs.delete(limitClass);
    this.#backoffs.delete('store');
  }

  /** Decides how to continue after a Slack error. Reads the record again, because a claim may have been written. */
  async #handleChatError(error: ChatError, delivery: ExecutableDelivery, view: RunView): Promise<void> {
    const limitClass = rateLimitClassOf[delivery.kind];
    const { kind, reason, cause } = error;
    this.#options.log(
      { run: this.#run, delivery: delivery.kind, errorKind: kind, reason, ...(cause ? { cause } : {}) },
      'Slack rejected a delivery',
    );
    // A delivery with an unknown result is searched for before it is repeated.
    if (requiresClaim(delivery)) this.#hasInFlightFailed = error.kind !== 'unknown-outcome';
    const record = await this.#options.store.read('slackThread', this.#run);
    if (!record) return;
    if (delivery.kind === 'kubeconfig') return await this.#handleKubeconfigError(error, delivery.throughSeq, record);
    if (delivery.kind === 'picture' && error.kind !== 'rate-limited' && error.kind !== 'unknown-outcome') {
      return await saveThread(record, record.value, { pendingChart: undefined }, this.#options);
    }
    const isUnreachable = error.kind === 'channel-unavailable' || error.kind === 'message-not-found';
    if (delivery.kind === 'amend' && isUnreachable) return await this.#dropQuestion(delivery.seq, record);
    switch (error.kind) {
      case 'rate-limited':
        this.#options.rateLimiter.blockUntil(
          limitClass,
          getChannel(delivery, record.value.channel),
          +this.#options.clock.now() + (error.retryAfterMs ?? minIntervalMs[limitClass]),
        );
        return;
      case 'unknown-outcome':
        this.#recordFailure(limitClass, backoff);
        return;
      case 'auth':
        this.#recordFailure(limitClass, accountBackoff);
        return;
      case 'channel-unavailable':
        return await this.#moveToDm(error.reason, record, view);
      case 'message-not-found':
        return await this.#writeThread(record, { ts: undefined });
      case 'invalid-content':
        return await this.#handleContentError(delivery, record, view);
      default:
        return error.kind satisfies never;
    }
  }

  async #handleKubeconfigError(
    error: ChatError,
    throughSeq: number,
    record: VersionedRecord<RecordValue<'slackThread'>>,
  ): Promise<void> {
    if (error.kind === 'rate-limited') {
      this.#options.rateLimiter.blockUntil(
        'upload',
        record.value.channel,
        +this.#options.clock.now() + (error.retryAfterMs ?? minIntervalMs.upload),
      );
      return;
    }
    this.#recordFailure('upload', backoff);
    const isRetried =
      error.kind === 'unknown-outcome' && (this.#backoffs.get('upload')?.failures ?? 0) < maxKubeconfigAttempts;
    if (!isRetried)
      await saveThread(
        record,
        record.value,
        { kubeconfigOutcome: { throughSeq, failureReason: formatChannelError(error.reason) } },
        this.#options,
      );
  }

  /** Slack rejects the content: retries once without blocks, then skips the message. */
  async #handleContentError(
    delivery: ExecutableDelivery,
    record: VersionedRecord<RecordValue<'slackThread'>>,
    view: RunView,
  ): Promise<void> {
    if (!this.#isPlainText) {
      this.#isPlainText = true;
      return;
    }
    this.#isPlainText = false;
    if (delivery.kind === 'update') this.#lastRenderedSeq = delivery.renderedState;
    else if (delivery.kind === 'amend') await this.#dropQuestion(delivery.seq, record);
    else await this.#writeThread(record, { cursor: 'throughSeq' in delivery ? delivery.throughSeq : view.lastSeq });
  }

  /** Stops updating a message that can't be edited. Its buttons still work. */
  async #dropQuestion(seq: number, record: VersionedRecord<RecordValue<'slackThread'>>): Promise<void> {
    await saveThread(record, replacePostedQuestion(record.value, seq, undefined), {}, this.#options);
  }

  /** Moves the thread to the requester's DM. If it is there already, the run can't be posted at all. */
  async #moveToDm(reason: string, record: VersionedRecord<RecordValue<'slackThread'>>, view: RunView): Promise<void> {
    this.#fallbackReason = reason;
    try {
      const dmChannel = await this.#options.chat.openDm(view.requester.user);
      if (dmChannel !== record.value.channel)
        return await this.#writeThread(record, { channel: dmChannel, ts: undefined });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (error.kind === 'rate-limited' || error.kind === 'unknown-outcome' || error.kind === 'auth') {
        this.#recordFailure('post', backoff);
        this.#recordFailure('update', backoff);
        return;
      }
    }
    this.#options.log({ run: this.#run, reason }, 'no channel for this run; skipping its messages');
    await this.#writeThread(record, { ts: undefined, cursor: view.lastSeq });
  }

  async #writeThread(
    { id, value, version }: VersionedRecord<RecordValue<'slackThread'>>,
    change: { channel?: string; ts?: undefined; cursor?: number },
  ): Promise<void> {
    const { ts, deliveryClaim, ...rest } = { ...value, ...change };
    const { inFlight: _, ...state } = deliveryClaims.parse(deliveryClaim);
    const next = { ...rest, ...(ts === undefined ? {} : { ts }), ...deliveryClaims.serialize(state) };
    await this.#options.store.write('slackThread', id, next, version);
  }

  /** Requested once, in the background. Without it the summary has no link. */
  #getPermalink({ channel, ts }: RecordValue<'slackThread'>): string | undefined {
    if (ts === undefined) return undefined;
    const key = `${channel} ${ts}`;
    if (!this.#permalinks.has(key)) {
      this.#permalinks.set(key, undefined);
      this.#options.chat.getPermalink({ channel, ts }).then(
        (permalink) => this.#permalinks.set(key, permalink),
        (error: unknown) => this.#options.log({ run: this.#run, error }, 'getting the permalink of a thread failed'),
      );
    }
    return this.#permalinks.get(key);
  }

  #getReadyAt(delivery: Delivery, channel: string): number {
    if (delivery.kind === 'wait') return +delivery.until;
    const limitClass = rateLimitClassOf[delivery.kind];
    return Math.max(
      this.#options.rateLimiter.getReadyAt(limitClass, getChannel(delivery, channel)),
      this.#backoffs.get(limitClass)?.until ?? 0,
    );
  }

  /** @returns Unix ms of the next attempt, with exponential back-off */
  #recordFailure(failureClass: RateLimitClass | 'store', delays: Backoff): number {
    const failures = (this.#backoffs.get(failureClass)?.failures ?? 0) + 1;
    const until = +this.#options.clock.now() + computeBackoffDelay(delays, failures);
    this.#backoffs.set(failureClass, { failures, until });
    return until;
  }

  /** Sleeps in short intervals, so that new events are posted while another call class is blocked. */
  async #sleepUntil(until: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted && +clock.now() < until) {
      await clock.sleep(Math.min(minIntervalMs.update, until - +clock.now()), signal).catch(() => undefined);
      if (this.#isWoken) return;
    }
  }
}

/** Deliveries that must not be repeated blindly after a crash. */
function requiresClaim(delivery: ExecutableDelivery): boolean {
  return (
    delivery.kind === 'summary' ||
    delivery.kind === 'reply' ||
    delivery.kind === 'question' ||
    delivery.kind === 'kubeconfig' ||
    delivery.kind === 'picture'
  );
}

/** Questions stay in their channel, even if the thread has moved. */
function getChannel(delivery: ExecutableDelivery, channel: string): string {
  return delivery.kind === 'amend' ? delivery.messageRef.channel : channel;
}

function removeBlocks(delivery: ExecutableDelivery): ExecutableDelivery {
  return 'message' in delivery ? { ...delivery, message: { ...delivery.message, blocks: [] } } : delivery;
}
