import type { ClusterService, Kubeconfig, RunView } from '../../engine/service/cluster-service.ts';
import type { Clock } from '../../engine/workflow/step.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Store, Version, VersionedRecord } from '../../store/store.ts';
import type { Message } from '../messages/blocks.ts';
import { renderKubeconfigFileComment } from '../messages/index.ts';
import { getKubeconfigFileName } from '../messages/kubeconfig-file.ts';
import { type ChartImage, type Chat, ChatError, type MessageRef } from '../slack/chat.ts';
import { type DeliveryClaim, deliveryClaims, type InFlightDelivery } from './delivery-claim.ts';
import type { Delivery } from './next-deliveries.ts';

export interface DeliveryDeps {
  readonly store: Store;
  readonly clusterService: ClusterService;
  readonly chat: Chat;
  readonly clock: Clock;
  /** Timeline of a run; undefined if it can't be drawn. */
  renderChart(view: RunView, events: readonly StoredEvent[]): Promise<Omit<ChartImage, 'name'> | undefined>;
  /** Unique across all processes and restarts. */
  readonly notifierId: string;
}

/** Per run and process. Losing it in a crash only costs extra calls. */
export interface DeliveryCache {
  /** Posted messages by event, in case saving the record fails after the post. */
  readonly postedMessages: Map<number, MessageRef>;
  kubeconfig?: Kubeconfig;
}

type VersionedThread = VersionedRecord<RecordValue<'slackThread'>>;
type DeliveryClaimChange = { readonly [K in keyof Omit<DeliveryClaim, 'inFlight'>]: DeliveryClaim[K] | undefined };
type PostedQuestion = NonNullable<RecordValue<'slackThread'>['approvalMessages']>[number];

/** Longer than all calls of one delivery together. */
const claimDurationMs = {
  summary: 20_000,
  reply: 20_000,
  question: 20_000,
  kubeconfig: 60_000,
  picture: 40_000,
} as const;
/** Tolerated clock difference between hosts and Slack. */
const clockSkewMs = 60_000;

/** Executes one delivery and saves that it was done. @throws ChatError, StaleVersion */
export async function executeDelivery(
  delivery: Exclude<Delivery, { kind: 'wait' }>,
  record: VersionedThread,
  view: RunView,
  events: readonly StoredEvent[],
  cache: DeliveryCache,
  deps: DeliveryDeps,
): Promise<void> {
  const thread = record.value;
  switch (delivery.kind) {
    case 'update':
      return await deps.chat.updateMessage({ channel: thread.channel, ts: thread.ts ?? '' }, delivery.message, {
        run: view.run,
        seq: 0,
      });
    case 'summary': {
      const version = await claimDelivery(record, 'summary', 0, deps);
      const messageRef = await postToThread(thread.channel, delivery.message, 0, undefined, view, cache, deps);
      await saveThread({ ...record, version }, { ...thread, channel: messageRef.channel, ts: messageRef.ts }, {}, deps);
      return;
    }
    case 'reply': {
      const version = await claimDelivery(record, 'reply', delivery.throughSeq, deps);
      await postToThread(thread.channel, delivery.message, delivery.throughSeq, thread.ts, view, cache, deps);
      await saveThread(
        { ...record, version },
        { ...thread, cursor: delivery.throughSeq },
        buildReplyChange(delivery.hasChart, delivery.throughSeq),
        deps,
      );
      return;
    }
    case 'question': {
      const version = await claimDelivery(record, 'question', delivery.throughSeq, deps);
      const messageRef = await postToThread(
        thread.channel,
        delivery.message,
        delivery.throughSeq,
        thread.ts,
        view,
        cache,
        deps,
      );
      const postedQuestion = delivery.isFinal
        ? undefined
        : { seq: delivery.throughSeq, ...messageRef, renderedState: delivery.renderedState };
      const nextThread = replacePostedQuestion(thread, delivery.throughSeq, postedQuestion);
      await saveThread(
        { ...record, version },
        { ...nextThread, cursor: delivery.throughSeq },
        { kubeconfigOutcome: undefined },
        deps,
      );
      return;
    }
    case 'amend': {
      await deps.chat.updateMessage(delivery.messageRef, delivery.message, { run: view.run, seq: delivery.seq });
      const postedQuestion = delivery.isFinal
        ? undefined
        : { seq: delivery.seq, ...delivery.messageRef, renderedState: delivery.renderedState };
      await saveThread(record, replacePostedQuestion(thread, delivery.seq, postedQuestion), {}, deps);
      return;
    }
    case 'kubeconfig': {
      const version = await claimDelivery(record, 'kubeconfig', delivery.throughSeq, deps);
      const failureReason = await sendKubeconfig(view, cache, deps);
      delete cache.kubeconfig;
      const kubeconfigOutcome = {
        throughSeq: delivery.throughSeq,
        ...(failureReason === undefined ? {} : { failureReason }),
      };
      await saveThread({ ...record, version }, thread, { kubeconfigOutcome }, deps);
      return;
    }
    case 'picture': {
      // The attempt is counted first, in case rendering crashes the process. The claim comes after rendering, which is slow.
      const pendingChart = { throughSeq: delivery.throughSeq, attempts: delivery.attempts + 1 };
      const attemptedRecord = { ...record, version: await writeThread(record, thread, { pendingChart }, deps) };
      const chart = await deps.renderChart(
        toFinishedView(view, events[delivery.throughSeq - 1]),
        events.slice(0, delivery.throughSeq),
      );
      if (!chart) return await saveThread(attemptedRecord, thread, { pendingChart: undefined }, deps);
      const version = await claimDelivery(attemptedRecord, 'picture', delivery.throughSeq, deps, pendingChart);
      await deps.chat.uploadImage(
        thread.channel,
        { ...chart, name: formatChartFilename(view, delivery.throughSeq) },
        thread.ts,
      );
      await saveThread({ ...record, version }, thread, { pendingChart: undefined }, deps);
      return;
    }
    case 'recover':
      return await reconcileInFlight(delivery.inFlight, delivery.hasChart, record, view, cache, deps);
    default:
      return delivery satisfies never;
  }
}

/** @param question replaces the posted one; undefined: its message is never updated again */
export function replacePostedQuestion(
  thread: RecordValue<'slackThread'>,
  seq: number,
  question: PostedQuestion | undefined,
): RecordValue<'slackThread'> {
  const { approvalMessages = [], ...rest } = thread;
  const remaining = [...approvalMessages.filter((one) => one.seq !== seq), ...(question ? [question] : [])];
  return remaining.length > 0 ? { ...rest, approvalMessages: remaining } : rest;
}

/** Saves a thread and clears its in-flight claim. Other claim fields are kept unless `change` has them. */
export async function saveThread(
  record: VersionedThread,
  next: RecordValue<'slackThread'>,
  change: DeliveryClaimChange,
  deps: Pick<DeliveryDeps, 'store'>,
): Promise<void> {
  await writeThread(record, next, change, deps);
}

async function writeThread(
  record: VersionedThread,
  next: RecordValue<'slackThread'>,
  change: DeliveryClaimChange,
  { store }: Pick<DeliveryDeps, 'store'>,
): Promise<Version> {
  const { deliveryClaim, ...rest } = next;
  const { inFlight: _, ...remaining } = deliveryClaims.parse(deliveryClaim);
  return await store.write(
    'slackThread',
    record.id,
    { ...rest, ...deliveryClaims.serialize({ ...remaining, ...change }) },
    record.version,
  );
}

/** Saved before the call, so that a crash leaves a record of what may have been posted. */
async function claimDelivery(
  record: VersionedThread,
  kind: InFlightDelivery['kind'],
  throughSeq: number,
  { store, clock, notifierId }: DeliveryDeps,
  pendingChart = deliveryClaims.parse(record.value.deliveryClaim).pendingChart,
): Promise<Version> {
  const now = clock.now();
  const inFlight = {
    kind,
    throughSeq,
    notifierId,
    claimedAt: now.toISOString(),
    expiresAt: new Date(+now + claimDurationMs[kind]).toISOString(),
  };
  const claim = deliveryClaims.serialize({
    ...deliveryClaims.parse(record.value.deliveryClaim),
    inFlight,
    pendingChart,
  });
  return await store.write('slackThread', record.id, { ...record.value, ...claim }, record.version);
}

function buildReplyChange(hasChart: boolean, throughSeq: number) {
  return { kubeconfigOutcome: undefined, ...(hasChart ? { pendingChart: { throughSeq, attempts: 0 } } : {}) };
}

async function postToThread(
  channel: string,
  message: Message,
  seq: number,
  thread: string | undefined,
  view: RunView,
  cache: DeliveryCache,
  { chat }: DeliveryDeps,
): Promise<MessageRef> {
  const options = { metadata: { run: view.run, seq }, ...(thread === undefined ? {} : { thread }) };
  cache.postedMessages.delete(seq);
  const messageRef = await chat.postMessage(channel, message, options);
  cache.postedMessages.set(seq, messageRef);
  return messageRef;
}

/** Searches Slack for the message of an in-flight delivery. Without search permission it is posted again: twice is better than never. */
async function reconcileInFlight(
  inFlight: InFlightDelivery,
  hasChart: boolean,
  record: VersionedThread,
  view: RunView,
  cache: DeliveryCache,
  deps: DeliveryDeps,
): Promise<void> {
  const thread = record.value;
  if (inFlight.kind === 'picture') {
    const isUploaded = await ignorePermanentErrors(() => isChartUploaded(inFlight, thread, view, deps));
    return await saveThread(record, thread, isUploaded === true ? { pendingChart: undefined } : {}, deps);
  }
  const messageRef =
    cache.postedMessages.get(inFlight.throughSeq) ??
    (await ignorePermanentErrors(() => findPostedMessage(inFlight, thread, view, deps)));
  if (messageRef === undefined || messageRef === 'cannot') return await saveThread(record, thread, {}, deps);
  if (inFlight.kind === 'summary') return await saveThread(record, { ...thread, ts: messageRef.ts }, {}, deps);
  // Posted content unknown; the value 'unknown' matches no rendering and so forces an edit.
  const postedQuestion = { seq: inFlight.throughSeq, ...messageRef, renderedState: 'unknown' };
  const nextThread =
    inFlight.kind === 'question' ? replacePostedQuestion(thread, inFlight.throughSeq, postedQuestion) : thread;
  const updatedThread = { ...nextThread, cursor: Math.max(thread.cursor, inFlight.throughSeq) };
  await saveThread(
    record,
    updatedThread,
    inFlight.kind === 'reply' ? buildReplyChange(hasChart, inFlight.throughSeq) : {},
    deps,
  );
}

function findPostedMessage(
  inFlight: InFlightDelivery,
  thread: RecordValue<'slackThread'>,
  view: RunView,
  { chat }: DeliveryDeps,
): Promise<MessageRef | 'cannot' | undefined> {
  const since = getSearchStart(inFlight);
  const options = inFlight.kind === 'summary' || thread.ts === undefined ? { since } : { since, thread: thread.ts };
  return chat.findMessage(thread.channel, { run: view.run, seq: inFlight.throughSeq }, options);
}

async function isChartUploaded(
  inFlight: InFlightDelivery,
  { channel, ts }: RecordValue<'slackThread'>,
  view: RunView,
  { chat }: DeliveryDeps,
) {
  if (ts === undefined) return false;
  return await chat.imageExists(channel, formatChartFilename(view, inFlight.throughSeq), {
    thread: ts,
    since: getSearchStart(inFlight),
  });
}

function getSearchStart(inFlight: InFlightDelivery): Date {
  return new Date(+new Date(inFlight.claimedAt) - clockSkewMs);
}

/** Permanent search errors count as not found; transient errors are thrown, so that the search is retried. */
async function ignorePermanentErrors<T>(search: () => Promise<T>): Promise<T | undefined> {
  try {
    return await search();
  } catch (error) {
    const isTransient =
      error instanceof ChatError && (error.kind === 'rate-limited' || error.kind === 'unknown-outcome');
    if (isTransient || !(error instanceof ChatError)) throw error;
    return undefined;
  }
}

/** The run at that end: it may have been resumed since. */
function toFinishedView(view: RunView, storedEvent: StoredEvent | undefined): RunView {
  return storedEvent?.event.type === 'run.finished'
    ? { ...view, outcome: storedEvent.event.outcome, finishedAt: storedEvent.at }
    : view;
}

/** Unique per end of a run, so that an upload can be found again. */
function formatChartFilename({ cluster, operation, run }: RunView, throughSeq: number): string {
  return `${cluster}-${operation}-${run}-${throughSeq}.png`;
}

/** A crash in between sends it twice: twice is better than never. @returns why it can't be sent */
async function sendKubeconfig(
  { cluster, requester }: RunView,
  cache: DeliveryCache,
  { clusterService, chat }: DeliveryDeps,
): Promise<string | undefined> {
  const issuedKubeconfig =
    cache.kubeconfig ?? (await clusterService.issueKubeconfig(cluster, requester).catch(throwKubeconfigError));
  if (!issuedKubeconfig) return 'the cluster was deleted';
  if ('notReady' in issuedKubeconfig) throw new ChatError('unknown-outcome', 'kubeconfig_not_ready');
  cache.kubeconfig = issuedKubeconfig;
  const dmChannel = await chat.openDm(requester.user);
  await chat.uploadFile(dmChannel, {
    name: getKubeconfigFileName(cluster),
    content: issuedKubeconfig.file,
    comment: renderKubeconfigFileComment(cluster, issuedKubeconfig),
  });
  return undefined;
}

/** Retried like a Slack call, but not forever, because the run result is posted after it. */
function throwKubeconfigError(cause: unknown): never {
  throw new ChatError('unknown-outcome', 'kubeconfig_not_made', { cause });
}
