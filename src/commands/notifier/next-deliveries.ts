import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Policy } from '../authorization/policy.ts';
import { approvalButtonIds } from '../interactions/approval-buttons.ts';
import { pauseButtonIds } from '../interactions/pause-buttons.ts';
import type { Message } from '../messages/blocks.ts';
import {
  renderApprovalRequest,
  renderChapterPause,
  renderDiagnosisCard,
  renderRunResult,
  renderRunSummary,
} from '../messages/index.ts';
import type { MessageRef } from '../slack/chat.ts';
import { type ApprovalRequest, findApprovalRequest } from './approval-request.ts';
import { findOpenApprovalRequest, getApprovalStatus, isFinalStatus } from './approval-status.ts';
import { type DeliveryClaim, deliveryClaims, type InFlightDelivery } from './delivery-claim.ts';
import { formatChannelError } from './format-channel-error.ts';
import { findPause, getPauseStatus, type Pause } from './pause-status.ts';
import type { RateLimitClass } from './rate-limiter.ts';
import { canResumeAfter, findNextThreadMessage, findResizeButtonId, type ThreadMessage } from './thread-message.ts';

interface ThreadState {
  readonly thread: RecordValue<'slackThread'>;
  readonly view: RunView;
  /** All events of the run up to the view's last. */
  readonly events: readonly StoredEvent[];
  /** The run at each of its ends whose message has a Resume button, by the event's `seq`. */
  readonly finishedRuns: ReadonlyMap<number, RunView>;
  /** Last event that the summary shows, as far as this notifier knows. */
  readonly lastRenderedSeq: number;
  /** The in-flight delivery of this notifier is known to have failed. */
  readonly hasInFlightFailed: boolean;
  /** Slack error because of which the thread is not in the requested channel. */
  readonly fallbackReason: string | undefined;
  /** Permalink of the thread, once Slack returned it. */
  readonly permalink: string | undefined;
  readonly policy: Policy;
}

export type Delivery =
  | { readonly kind: 'summary'; readonly message: Message }
  | { readonly kind: 'update'; readonly message: Message; readonly renderedState: number }
  /** `hasChart`: last reply of a run, followed by a chart. `renderedState`: the message is updated when it is outdated. */
  | {
      readonly kind: 'reply';
      readonly message: Message;
      readonly throughSeq: number;
      readonly hasChart: boolean;
      readonly renderedState?: string;
    }
  | {
      readonly kind: 'question';
      readonly message: Message;
      readonly throughSeq: number;
      readonly renderedState: string;
      readonly isFinal: boolean;
    }
  /** Updates an approval request or pause with its result, or removes an outdated button. `isFinal`: never updated again. */
  | {
      readonly kind: 'amend';
      readonly message: Message;
      readonly messageRef: MessageRef;
      readonly seq: number;
      readonly renderedState: string;
      readonly isFinal: boolean;
    }
  | { readonly kind: 'kubeconfig'; readonly throughSeq: number }
  /** Timeline up to the end of the run. */
  | { readonly kind: 'picture'; readonly throughSeq: number; readonly attempts: number }
  /** Reconciles a delivery whose result is unknown. `hasChart`: as for a reply. */
  | { readonly kind: 'recover'; readonly inFlight: InFlightDelivery; readonly hasChart: boolean }
  /** Another notifier has claimed the thread. */
  | { readonly kind: 'wait'; readonly until: Date };

export const rateLimitClassOf = {
  summary: 'post',
  update: 'update',
  reply: 'post',
  question: 'post',
  amend: 'update',
  kubeconfig: 'upload',
  picture: 'upload',
  recover: 'find',
} as const satisfies Record<Exclude<Delivery['kind'], 'wait'>, RateLimitClass>;

const maxChartAttempts = 5;

/** Deliveries that are possible now, in any order. Empty when the thread is current. Pure. */
export function listNextDeliveries(state: ThreadState, notifierId: string, now: Date): Delivery[] {
  const { thread, events } = state;
  const { inFlight, kubeconfigOutcome, pendingChart } = deliveryClaims.parse(thread.deliveryClaim);
  if (inFlight && !(state.hasInFlightFailed && inFlight.notifierId === notifierId)) {
    if (inFlight.notifierId !== notifierId && new Date(inFlight.expiresAt) > now)
      return [{ kind: 'wait', until: new Date(inFlight.expiresAt) }];
    // DMs can't be searched, so a kubeconfig is sent again: twice is better than never.
    if (inFlight.kind !== 'kubeconfig')
      return [{ kind: 'recover', inFlight, hasChart: hasChartContent(events, inFlight.throughSeq) }];
  }
  const messages = listMessageDeliveries(state, kubeconfigOutcome);
  // Charts come last, so that no message waits for one.
  const isChartDue = thread.ts !== undefined && pendingChart !== undefined && pendingChart.attempts < maxChartAttempts;
  return messages.length === 0 && isChartDue ? [{ kind: 'picture', ...pendingChart }] : messages;
}

function listMessageDeliveries(state: ThreadState, kubeconfigOutcome: DeliveryClaim['kubeconfigOutcome']): Delivery[] {
  const { thread, view, events, lastRenderedSeq } = state;
  const summaryMessage = renderRunSummary(view, {
    fallbackReason: formatFallbackReason(state),
    isAwaitingApproval: findOpenApprovalRequest(events) !== undefined,
    threadUrl: state.permalink,
  });
  if (thread.ts === undefined)
    return thread.cursor < view.lastSeq ? [{ kind: 'summary', message: summaryMessage }] : [];
  const next = findNextThreadMessage(view, events, thread.cursor);
  const questionUpdates = listQuestionUpdates(state);
  const replies = listReplyDeliveries(next, state);
  if (lastRenderedSeq < view.lastSeq)
    return [...questionUpdates, { kind: 'update', message: summaryMessage, renderedState: view.lastSeq }, ...replies];
  const deliveries = [...questionUpdates, ...replies];
  if (deliveries.length > 0 || !next || !('finishedRun' in next)) return deliveries;
  const currentOutcome = kubeconfigOutcome?.throughSeq === next.throughSeq ? kubeconfigOutcome : undefined;
  if (canSendKubeconfig(next.finishedRun, view) && !currentOutcome)
    return [{ kind: 'kubeconfig', throughSeq: next.throughSeq }];
  const { throughSeq } = next;
  return [
    {
      kind: 'reply',
      message: renderRunResult(next.finishedRun, currentOutcome),
      throughSeq,
      hasChart: hasChartContent(events, throughSeq),
      ...(next.finishedRun.canResume ? { renderedState: 'current' } : {}),
    },
  ];
}

/** The run ended after it started at least one step. */
function hasChartContent(events: readonly StoredEvent[], throughSeq: number): boolean {
  return (
    events[throughSeq - 1]?.event.type === 'run.finished' && events.some(({ event }) => event.type === 'step.started')
  );
}

/** The run result is posted after the summary and questions are updated. */
function listReplyDeliveries(next: ThreadMessage | undefined, state: ThreadState): Delivery[] {
  if (!next || 'finishedRun' in next) return [];
  if ('message' in next)
    return [
      {
        kind: 'reply',
        message: next.message,
        throughSeq: next.throughSeq,
        hasChart: false,
        ...(next.hasButton ? { renderedState: 'current' } : {}),
      },
    ];
  const content =
    'pause' in next ? renderPause(next.pause, state) : renderApprovalQuestion(next.approvalRequest, state);
  return [{ kind: 'question', throughSeq: next.throughSeq, ...content }];
}

/** Messages that don't show their current status. */
function listQuestionUpdates(state: ThreadState): Delivery[] {
  return (state.thread.editableMessages ?? []).flatMap(
    ({ seq, channel, ts, renderedState: postedState }): Delivery[] => {
      const current = renderEditableMessage(seq, state);
      if (!current || current.renderedState === postedState) return [];
      return [{ kind: 'amend', messageRef: { channel, ts }, seq, ...current }];
    },
  );
}

interface EditableMessage {
  readonly message: Message;
  readonly renderedState: string;
  readonly isFinal: boolean;
}

function renderEditableMessage(seq: number, state: ThreadState): EditableMessage | undefined {
  const { events, view } = state;
  const approvalRequest = findApprovalRequest(events, seq);
  if (approvalRequest) return renderApprovalQuestion(approvalRequest, state);
  const pause = findPause(events, seq);
  if (pause) return renderPause(pause, state);
  const event = events[seq - 1]?.event;
  if (event?.type === 'step.diagnosed') {
    const buttonId = findResizeButtonId(events);
    return toEditableMessage(renderDiagnosisCard(view, event, buttonId), buttonId !== undefined);
  }
  const finishedRun = state.finishedRuns.get(seq);
  if (!finishedRun) return undefined;
  const { kubeconfigOutcome } = deliveryClaims.parse(state.thread.deliveryClaim);
  const canResume = canResumeAfter(view, events, seq);
  const outcome = kubeconfigOutcome?.throughSeq === seq ? kubeconfigOutcome : undefined;
  return toEditableMessage(renderRunResult({ ...finishedRun, canResume }, outcome), canResume);
}

/** A reply is updated once, when its button is outdated. */
function toEditableMessage(message: Message, isCurrent: boolean): EditableMessage {
  return { message, renderedState: isCurrent ? 'current' : 'outdated', isFinal: !isCurrent };
}

function renderApprovalQuestion(
  approvalRequest: ApprovalRequest,
  { events, view, policy }: ThreadState,
): EditableMessage {
  const status = getApprovalStatus(events, approvalRequest);
  return {
    message: renderApprovalRequest(view, approvalRequest, status, policy, approvalButtonIds),
    renderedState: status.kind,
    isFinal: isFinalStatus(status),
  };
}

function renderPause(pause: Pause, { events, view }: ThreadState): EditableMessage {
  const status = getPauseStatus(events, pause);
  return {
    message: renderChapterPause(view, pause, status, pauseButtonIds),
    renderedState: status.kind,
    isFinal: status.kind !== 'open',
  };
}

/** The run made the cluster ready for the first time, and was not resumed since. */
function canSendKubeconfig(finished: RunView, current: RunView): boolean {
  return finished.isFirstSetup && finished.outcome === 'succeeded' && current.outcome === 'succeeded';
}

function formatFallbackReason({ thread, view, fallbackReason }: ThreadState): string | undefined {
  if (thread.channel === view.channel) return undefined;
  return fallbackReason === undefined ? 'the app couldn’t post there' : formatChannelError(fallbackReason);
}
