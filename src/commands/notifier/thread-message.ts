import { isEffectiveDecision } from '../../engine/service/approvals.ts';
import type { RunView } from '../../engine/service/cluster-service.ts';
import type { EngineEvent, StoredEvent } from '../../store/events.ts';
import { renderDiagnosisCard } from '../messages/doctor-report.ts';
import { renderPhaseResult, renderRunAction, renderStepLog } from '../messages/run-thread-messages.ts';
import {
  renderConflictCard,
  renderDeferredCard,
  renderFailureCard,
  renderRetryCard,
} from '../messages/step-error-cards.ts';
import { resizeButton } from '../resize.ts';
import type { Message } from '../routing/command.ts';
import { type ApprovalRequest, findApprovalRequest } from './approval-status.ts';
import { findPause, type Pause } from './pause-status.ts';

/** What a thread is told next. It covers all events up to `upTo`, those that nobody needs to hear of too. */
export type ThreadMessage =
  | { readonly throughSeq: number; readonly message: Message }
  /** Event `upTo` asked something: a message that is edited when something comes of it. */
  | { readonly throughSeq: number; readonly approvalRequest: ApprovalRequest }
  /** A chapter is done: the same. */
  | { readonly throughSeq: number; readonly pause: Pause }
  /** The run is over: the summary must show it before the thread says so. */
  | { readonly throughSeq: number; readonly finishedRun: RunView };

/** A step that keeps failing is worth a word after so many failures; the first ones are how we wait for machines. */
const retryReportThreshold = 5;
const maxLogLines = 20;

/** The next thing to say after event `cursor`. Pure. `events`: all of the run, up to the view's last. */
export function findNextThreadMessage(
  view: RunView,
  events: readonly StoredEvent[],
  cursor: number,
): ThreadMessage | undefined {
  const logLines: { step: string; line: string }[] = [];
  let throughSeq = cursor;
  for (const stored of events.slice(cursor)) {
    const { event, seq } = stored;
    if (event.type === 'step.logged') {
      logLines.push({ step: event.step, line: event.message });
      throughSeq = seq;
      if (logLines.length < maxLogLines) continue;
      break;
    }
    const threadMessage = toThreadMessage(view, events, stored);
    if (threadMessage && logLines.length === 0) return threadMessage;
    if (threadMessage) break;
  }
  return logLines.length > 0 ? { throughSeq, message: renderStepLog(view, logLines) } : undefined;
}

function toThreadMessage(
  view: RunView,
  events: readonly StoredEvent[],
  { event, seq, at }: StoredEvent,
): ThreadMessage | undefined {
  if (event.type === 'run.finished')
    return { throughSeq: seq, finishedRun: { ...view, outcome: event.outcome, finishedAt: at } };
  const approvalRequest = findApprovalRequest(events, seq);
  if (approvalRequest) return { throughSeq: seq, approvalRequest };
  const pause = findPause(events, seq);
  if (pause) return { throughSeq: seq, pause };
  const message = renderEventMessage(view, events, event, seq);
  return message && { throughSeq: seq, message };
}

function renderEventMessage(
  view: RunView,
  events: readonly StoredEvent[],
  event: Exclude<EngineEvent, { type: 'run.finished' }>,
  seq: number,
): Message | undefined {
  switch (event.type) {
    case 'step.finished':
      return renderPhaseEnd(view, events, event.step, seq);
    case 'step.failed':
      if (!event.retryAt) return renderFailureCard(view, event.step, event.error);
      return shouldReportRetry(events, event.step, seq)
        ? renderRetryCard(view, event.step, event.error, retryReportThreshold, new Date(event.retryAt))
        : undefined;
    case 'step.deferred':
      return renderDeferredCard(view, event.step, event.error);
    case 'step.conflicted':
      return renderConflictCard(view, event.step, event.differences);
    case 'step.diagnosed':
      return isFirstDiagnosis(events, seq) ? renderDiagnosisCard(view, event, resizeButton.id) : undefined;
    case 'run.resumed':
      return renderRunAction(event.actor, 'resumed');
    case 'run.cancelRequested':
      return renderRunAction(event.actor, 'cancelRequested');
    case 'approval.granted':
      return isEffectiveDecision(events, seq) ? renderRunAction(event.actor, 'approved') : undefined;
    case 'approval.rejected':
      return isEffectiveDecision(events, seq) ? renderRunAction(event.actor, 'refused') : undefined;
    case 'approval.requested':
    case 'pause.requested':
    case 'pause.resolved':
    case 'run.requested':
    case 'run.claimed':
    case 'step.started':
    case 'step.logged':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** The step was the last of its phase: the phase is done now and no later event finishes another of its steps. */
function renderPhaseEnd(view: RunView, events: readonly StoredEvent[], step: string, seq: number): Message | undefined {
  const phase = view.steps[step]?.phase;
  if (phase === undefined || view.phases.find((one) => one.name === phase)?.state !== 'done') return undefined;
  const finished = events.flatMap(({ event, seq }) =>
    event.type === 'step.finished' && view.steps[event.step]?.phase === phase ? [{ ...event, seq }] : [],
  );
  if (finished.at(-1)?.seq !== seq) return undefined;
  return renderPhaseResult(view, phase, new Map(finished.map((one) => [one.step, one.outcome])));
}

/** Steps side by side may both have looked for the cause. */
function isFirstDiagnosis(events: readonly StoredEvent[], seq: number): boolean {
  const previous = events.findLast(
    ({ event, seq: at }) => at < seq && /^(step\.diagnosed|run\.resumed)$/.test(event.type),
  );
  return previous?.event.type !== 'step.diagnosed';
}

/** Just this failure makes it worth a word, and the step has not made it since. */
function shouldReportRetry(events: readonly StoredEvent[], step: string, seq: number): boolean {
  const since = events.findLastIndex((one) => one.seq < seq && one.event.type === 'run.resumed') + 1;
  const failures = events
    .slice(since)
    .filter(({ event, seq: at }) => at <= seq && event.type === 'step.failed' && event.step === step).length;
  const hasSucceeded = events.some(
    ({ event, seq: at }) => at > seq && event.type === 'step.finished' && event.step === step,
  );
  return failures === retryReportThreshold && !hasSucceeded;
}
