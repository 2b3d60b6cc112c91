import type { ClusterService, RunView } from '../../engine/service/cluster-service.ts';
import type { Kubeconfig } from '../../engine/service/kubeconfigs/kubeconfig-service.ts';
import type { Clock } from '../../engine/workflow/step.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { Policy } from '../authorization/policy.ts';
import type { Message } from '../messages/blocks.ts';
import { renderKubeconfigFileComment } from '../messages/index.ts';
import { getKubeconfigFileName } from '../messages/kubeconfig-file.ts';
import { type ChartImage, type Chat, ChatError, type MessageRef } from '../slack/chat.ts';
import { grantEndedReason, sendFile } from '../slack/send-file.ts';
import { claimDelivery, saveThread, type VersionedThread } from './delivery-claim.ts';
import type { Delivery } from './next-deliveries.ts';

export interface DeliveryDeps {
  readonly store: Store;
  readonly clusterService: ClusterService;
  readonly chat: Chat;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly authorize: Authorizer;
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

/** What a delivery is based on. */
interface DeliveryContext {
  readonly record: VersionedThread;
  readonly view: RunView;
  readonly events: readonly StoredEvent[];
  readonly cache: DeliveryCache;
}

/** Tolerated clock difference between hosts and Slack. */
const clockSkewMs = 60_000;

/** Executes one delivery and saves that it was done. @throws ChatError, StaleVersion */
export async function executeDelivery(
  delivery: Exclude<Delivery, { kind: 'wait' }>,
  context: DeliveryContext,
  deps: DeliveryDeps,
): Promise<void> {
  const { record, view, events, cache } = context;
  const { chat, store } = deps;
  const { channel, ts: thread } = record.value;

  async function claimAndPost(kind: 'summary' | 'reply' | 'question', seq: number, message: Message) {
    const claimed = await claimDelivery(record, kind, seq, deps);
    const options = { metadata: { run: view.run, seq }, ...(thread === undefined ? {} : { thread }) };
    cache.postedMessages.delete(seq);
    const messageRef = await chat.postMessage(channel, message, options);
    cache.postedMessages.set(seq, messageRef);
    return { claimed, messageRef };
  }

  switch (delivery.kind) {
    case 'update':
      return await chat.updateMessage({ channel, ts: thread ?? '' }, delivery.message, { run: view.run, seq: 0 });
    case 'summary': {
      const { claimed, messageRef } = await claimAndPost('summary', 0, delivery.message);
      await saveThread(claimed, { thread: messageRef }, store);
      return;
    }
    case 'reply': {
      const { message, throughSeq, hasChart, renderedState } = delivery;
      const { claimed, messageRef } = await claimAndPost('reply', throughSeq, message);
      const question = { seq: throughSeq, posted: renderedState ? { ...messageRef, renderedState } : undefined };
      await saveThread(
        claimed,
        {
          thread: { cursor: throughSeq },
          question,
          claim: buildClaimAfterReply(hasChart, throughSeq, renderedState !== undefined),
        },
        store,
      );
      return;
    }
    case 'question': {
      const { message, throughSeq, renderedState, isFinal } = delivery;
      const { claimed, messageRef } = await claimAndPost('question', throughSeq, message);
      const question = { seq: throughSeq, posted: isFinal ? undefined : { ...messageRef, renderedState } };
      await saveThread(claimed, { thread: { cursor: throughSeq }, question }, store);
      return;
    }
    case 'amend': {
      const { message, messageRef, seq, renderedState, isFinal } = delivery;
      await chat.updateMessage(messageRef, message, { run: view.run, seq });
      const question = { seq, posted: isFinal ? undefined : { ...messageRef, renderedState } };
      await saveThread(record, { question }, store);
      return;
    }
    case 'kubeconfig': {
      const { throughSeq } = delivery;
      const claimed = await claimDelivery(record, 'kubeconfig', throughSeq, deps);
      const failureReason = await sendKubeconfig(view, cache, deps);
      delete cache.kubeconfig;
      await saveThread(claimed, { claim: { kubeconfigOutcome: { throughSeq, failureReason } } }, store);
      return;
    }
    case 'picture': {
      const { throughSeq, attempts } = delivery;
      // The attempt is counted first, in case rendering crashes the process. The claim comes after rendering, which is slow.
      const pendingChart = { throughSeq, attempts: attempts + 1 };
      let current = await saveThread(record, { claim: { pendingChart } }, store);
      const finishedView = toFinishedView(view, events[throughSeq - 1]);
      const chart = await deps.renderChart(finishedView, events.slice(0, throughSeq));
      if (chart) {
        current = await claimDelivery(current, 'picture', throughSeq, deps);
        await chat.uploadImage(channel, { ...chart, name: formatChartFilename(view, throughSeq) }, thread);
      }
      await saveThread(current, { claim: { pendingChart: undefined } }, store);
      return;
    }
    case 'recover':
      await reconcileInFlight(delivery, context, deps);
      return;
    default:
      return delivery satisfies never;
  }
}

function buildClaimAfterReply(hasChart: boolean, throughSeq: number, isEditable: boolean) {
  return {
    // An editable run result is rendered again.
    ...(isEditable ? {} : { kubeconfigOutcome: undefined }),
    ...(hasChart ? { pendingChart: { throughSeq, attempts: 0 } } : {}),
  };
}

/** Searches Slack for the message of an in-flight delivery. Without search permission it is posted again: twice is better than never. */
async function reconcileInFlight(
  { inFlight, hasChart }: Extract<Delivery, { kind: 'recover' }>,
  { record, view, events, cache }: DeliveryContext,
  { chat, store }: DeliveryDeps,
): Promise<VersionedThread> {
  const { kind, throughSeq, claimedAt } = inFlight;
  const { channel, ts, cursor } = record.value;
  const since = new Date(Date.parse(claimedAt) - clockSkewMs);
  if (kind === 'picture') {
    const name = formatChartFilename(view, throughSeq);
    const isUploaded =
      ts !== undefined && (await ignorePermanentErrors(() => chat.imageExists(channel, name, { thread: ts, since })));
    return await saveThread(record, isUploaded === true ? { claim: { pendingChart: undefined } } : {}, store);
  }
  const options = kind === 'summary' || ts === undefined ? { since } : { since, thread: ts };
  const metadata = { run: view.run, seq: throughSeq };
  const messageRef =
    cache.postedMessages.get(throughSeq) ??
    (await ignorePermanentErrors(() => chat.findMessage(channel, metadata, options)));
  if (messageRef === undefined || messageRef === 'cannot') return await saveThread(record, {}, store);
  if (kind === 'summary') return await saveThread(record, { thread: { ts: messageRef.ts } }, store);
  const isEditable =
    kind === 'question' || /^(step\.diagnosed|run\.finished)$/.test(events[throughSeq - 1]?.event.type ?? '');
  const change = {
    thread: { cursor: Math.max(cursor, throughSeq) },
    claim: kind === 'reply' ? buildClaimAfterReply(hasChart, throughSeq, isEditable) : {},
  };
  // Posted content unknown; the value 'unknown' matches no rendering and so forces an edit.
  const question = { seq: throughSeq, posted: { ...messageRef, renderedState: 'unknown' } };
  return await saveThread(record, isEditable ? { ...change, question } : change, store);
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

/**
 * After a crash, another kubeconfig is issued and sent, and the unconfirmed one is withdrawn.
 * @returns why it can't be sent
 */
async function sendKubeconfig(
  { cluster, requester, channel }: RunView,
  cache: DeliveryCache,
  { clusterService, chat, policy, authorize }: DeliveryDeps,
): Promise<string | undefined> {
  const role = policy.defaultKubeconfigRole;
  const denial = cache.kubeconfig ? undefined : await authorize(requester, channel, { kubeconfigRole: role });
  if (denial?.reason === 'unreadable' || denial?.reason === 'unknown-audience')
    throw new ChatError('unknown-outcome', 'kubeconfig_not_authorized');
  if (denial) return denial.reason === 'role' ? `you can't get the role ${role}` : 'you are not allowed to get one';
  const issuedKubeconfig =
    cache.kubeconfig ??
    (await clusterService.issueKubeconfig(cluster, { requester, role }).catch(throwKubeconfigError));
  if (!issuedKubeconfig) return 'the cluster was deleted';
  if ('notReady' in issuedKubeconfig) throw new ChatError('unknown-outcome', 'kubeconfig_not_ready');
  cache.kubeconfig = issuedKubeconfig;
  const { id, file } = issuedKubeconfig;
  const filename = getKubeconfigFileName(cluster);
  const comment = renderKubeconfigFileComment(cluster, issuedKubeconfig);
  try {
    await sendFile(requester.user, { file, filename, comment, grant: { cluster, id } }, { chat, clusterService });
  } catch (error) {
    // A revoked kubeconfig must not be sent. The next attempt issues another.
    if (error instanceof ChatError && error.reason === grantEndedReason) delete cache.kubeconfig;
    throw error;
  }
  return undefined;
}

/** Retried like a Slack call, but not forever, because the run result is posted after it. */
function throwKubeconfigError(cause: unknown): never {
  throw new ChatError('unknown-outcome', 'kubeconfig_not_made', { cause });
}
