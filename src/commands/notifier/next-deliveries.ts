import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Policy } from '../authorization/policy.ts';
import { approvalButtons } from '../interactions/approval-buttons.ts';
import { pauseButtonIds } from '../interactions/pause-buttons.ts';
import { renderApprovalRequest } from '../messages/approval-request.ts';
import { renderChapterPause } from '../messages/chapter-pause.ts';
import { renderRunSummary } from '../messages/run-summary.ts';
import { renderRunResult } from '../messages/run-thread-messages.ts';
import type { Message } from '../routing/command.ts';
import type { MessageRef } from '../slack/chat.ts';
import {
  type ApprovalRequest,
  findApprovalRequest,
  findOpenApprovalRequest,
  getApprovalStatus,
  isFinalStatus,
} from './approval-status.ts';
import { type DeliveryClaim, deliveryClaims, type InFlightDelivery } from './delivery-claim.ts';
import { formatChannelError } from './format-channel-error.ts';
import { findPause, getPauseStatus, type Pause } from './pause-status.ts';
import type { RateLimitClass } from './rate-limiter.ts';
import { findNextThreadMessage, type ThreadMessage } from './thread-message.ts';

/** All that decides what a run's thread needs. */
export interface ThreadState {
  readonly thread: RecordValue<'slackThread'>;
  readonly view: RunView;
  /** All events of the run, up to the view's last. */
  readonly events: readonly StoredEvent[];
  /** The last event that the summary shows, as far as this courier knows. */
  readonly lastRenderedSeq: number;
  /** This courier knows that what it was doing did not happen. */
  readonly hasInFlightFailed: boolean;
  /** Slack's word for why the thread is not where it was asked for. */
  readonly fallbackReason: string | undefined;
  /** Slack's page of the thread, once it has said where that is. */
  readonly permalink: string | undefined;
  /** Who may answer questions. */
  readonly policy: Policy;
}

export type Delivery =
  | { readonly kind: 'summary'; readonly message: Message }
  | { readonly kind: 'update'; readonly message: Message; readonly renderedState: number }
  /** `picture`: it ends a run, and a picture of it follows. */
  | { readonly kind: 'reply'; readonly message: Message; readonly throughSeq: number; readonly hasChart: boolean }
  | {
      readonly kind: 'question';
      readonly message: Message;
      readonly throughSeq: number;
      readonly renderedState: string;
      readonly isFinal: boolean;
    }
  /** Something came of a question: its message says so. `final`: it is never edited again. */
  | {
      readonly kind: 'amend';
      readonly message: Message;
      readonly messageRef: MessageRef;
      readonly seq: number;
      readonly renderedState: string;
      readonly isFinal: boolean;
    }
  | { readonly kind: 'kubeconfig'; readonly throughSeq: number }
  /** What ran when, up to where the run ended. */
  | { readonly kind: 'picture'; readonly throughSeq: number; readonly attempts: number }
  /** Something was begun and nobody knows whether it happened. `picture`: as for a reply. */
  | { readonly kind: 'recover'; readonly inFlight: InFlightDelivery; readonly hasChart: boolean }
  /** Another courier is at it. */
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

/** A picture that was begun so often and never got there is left. */
const maxChartAttempts = 5;

/** What could be done now, in any order; nothing when all is told. Pure. */
export function listNextDeliveries(state: ThreadState, notifierId: string, now: Date): Delivery[] {
  const { thread, events } = state;
  const { inFlight, kubeconfigOutcome, pendingChart } = deliveryClaims.parse(thread.deliveryClaim);
  if (inFlight && !(state.hasInFlightFailed && inFlight.notifierId === notifierId)) {
    if (inFlight.notifierId !== notifierId && new Date(inFlight.expiresAt) > now)
      return [{ kind: 'wait', until: new Date(inFlight.expiresAt) }];
    // A kubeconfig can't be looked for: rather twice than never.
    if (inFlight.kind !== 'kubeconfig')
      return [{ kind: 'recover', inFlight, hasChart: hasChartContent(events, inFlight.throughSeq) }];
  }
  const messages = listMessageDeliveries(state, kubeconfigOutcome);
  // Pictures come when nothing is left to say, so that no message ever waits for one.
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
    },
  ];
}

/** An end before which something was done. */
function hasChartContent(events: readonly StoredEvent[], throughSeq: number): boolean {
  return (
    events[throughSeq - 1]?.event.type === 'run.finished' && events.some(({ event }) => event.type === 'step.started')
  );
}

/** The end waits until the summary and the questions show it. */
function listReplyDeliveries(next: ThreadMessage | undefined, state: ThreadState): Delivery[] {
  if (!next || 'finishedRun' in next) return [];
  if ('message' in next)
    return [{ kind: 'reply', message: next.message, throughSeq: next.throughSeq, hasChart: false }];
  const content =
    'pause' in next ? renderPause(next.pause, state) : renderApprovalQuestion(next.approvalRequest, state);
  return [{ kind: 'question', throughSeq: next.throughSeq, ...content }];
}

/** Questions whose message does not show yet what came of them. */
function listQuestionUpdates(state: ThreadState): Delivery[] {
  return (state.thread.approvalMessages ?? []).flatMap(
    ({ seq, channel, ts, renderedState: shownState }): Delivery[] => {
      const approvalRequest = findApprovalRequest(state.events, seq);
      const pause = findPause(state.events, seq);
      const current = approvalRequest
        ? renderApprovalQuestion(approvalRequest, state)
        : pause && renderPause(pause, state);
      if (!current) return [];
      return current.renderedState === shownState
        ? []
        : [{ kind: 'amend', messageRef: { channel, ts }, seq, ...current }];
    },
  );
}

function renderApprovalQuestion(approvalRequest: ApprovalRequest, { events, view, policy }: ThreadState) {
  const status = getApprovalStatus(events, approvalRequest);
  const ids = { approve: approvalButtons.approve.id, reject: approvalButtons.reject.id };
  return {
    message: renderApprovalRequest(view, approvalRequest, status, policy, ids),
    renderedState: status.kind,
    isFinal: isFinalStatus(status),
  };
}

function renderPause(pause: Pause, { events, view }: ThreadState) {
  const status = getPauseStatus(events, pause);
  return {
    message: renderChapterPause(view, pause, status, pauseButtonIds),
    renderedState: status.kind,
    isFinal: status.kind !== 'open',
  };
}

/** A create that made it, and was not resumed or undone since. */
function canSendKubeconfig(finished: RunView, current: RunView): boolean {
  return finished.operation === 'create' && finished.outcome === 'succeeded' && current.outcome === 'succeeded';
}

function formatFallbackReason({ thread, view, fallbackReason }: ThreadState): string | undefined {
  if (thread.channel === view.channel) return undefined;
  return fallbackReason === undefined ? 'I could not post there' : formatChannelError(fallbackReason);
}
