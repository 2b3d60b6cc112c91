import { isEffectiveDecision } from '../../engine/service/approvals.ts';
import type { RunView } from '../../engine/service/cluster-service.ts';
import type { EngineEvent, StoredEvent } from '../../store/events.ts';
import type { Message } from '../messages/blocks.ts';
import {
  renderConflictCard,
  renderDeferredStepErrorCard,
  renderDiagnosisCard,
  renderFailedStepErrorCard,
  renderLostSteps,
  renderPhaseResult,
  renderRetriedStepErrorCard,
  renderRunAction,
  renderRunFaultCard,
  renderStepLog,
} from '../messages/index.ts';
import { resizeButton } from '../resize.ts';
import { type ApprovalRequest, findApprovalRequest } from './approval-request.ts';
import { findPause, type Pause } from './pause-status.ts';

/** Next message of a thread. It covers all events up to `throughSeq`, including those that have no message. */
export type ThreadMessage =
  /** `hasButton`: a button is removed when the message becomes outdated. */
  | { readonly throughSeq: number; readonly message: Message; readonly hasButton: boolean }
  /** Event `throughSeq` requested approval; the message is updated with the result. */
  | { readonly throughSeq: number; readonly approvalRequest: ApprovalRequest }
  /** Event `throughSeq` paused the run after a chapter; the message is updated with the result. */
  | { readonly throughSeq: number; readonly pause: Pause }
  /** The run ended. The summary is updated before this is posted. */
  | { readonly throughSeq: number; readonly finishedRun: RunView };

/** Failures of a step before a message: the first few are normal while an instance boots. */
const retryReportThreshold = 5;
const maxLogLines = 20;

/** Pure. @param events all events of the run, up to the view's last @param cursor last event that was posted */
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
  return logLines.length > 0 ? { throughSeq, message: renderStepLog(view, logLines), hasButton: false } : undefined;
}

function toThreadMessage(
  view: RunView,
  events: readonly StoredEvent[],
  { event, seq, at }: StoredEvent,
): ThreadMessage | undefined {
  if (event.type === 'run.finished') {
    const canResume = canResumeAfter(view, events, seq);
    return { throughSeq: seq, finishedRun: { ...view, outcome: event.outcome, finishedAt: at, canResume } };
  }
  const approvalRequest = findApprovalRequest(events, seq);
  if (approvalRequest) return { throughSeq: seq, approvalRequest };
  const pause = findPause(events, seq);
  if (pause) return { throughSeq: seq, pause };
  const message = renderEventMessage(view, events, event, seq);
  return message && { throughSeq: seq, message, hasButton: event.type === 'step.diagnosed' };
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
      if (!event.retryAt)
        return renderFailedStepErrorCard(view, event.step, event.error, countFailures(events, event.step, seq));
      return shouldReportRetry(events, event.step, seq)
        ? renderRetriedStepErrorCard(view, event.step, event.error, retryReportThreshold, new Date(event.retryAt))
        : undefined;
    case 'step.deferred':
      return renderDeferredStepErrorCard(view, event.step, event.error);
    case 'step.conflicted':
      return renderConflictCard(view, event.step, event.differences);
    case 'steps.reset':
      return renderLostSteps(event.reasons);
    case 'step.diagnosed':
      return isFirstDiagnosis(events, seq) ? renderDiagnosisCard(view, event, findResizeButtonId(events)) : undefined;
    case 'run.resumed':
      return renderRunAction(event.actor, 'resumed');
    case 'run.cancelRequested':
      return renderRunAction(event.actor, 'cancelRequested', event.preemptedBy?.operation);
    case 'run.faulted':
      return shouldReportFault(events, seq) ? renderRunFaultCard(view, event) : undefined;
    case 'approval.granted':
      return isEffectiveDecision(events, seq) ? renderRunAction(event.actor, 'approved') : undefined;
    case 'approval.rejected':
      return isEffectiveDecision(events, seq) ? renderRunAction(event.actor, 'refused') : undefined;
    case 'approval.requested':
    case 'pause.requested':
    case 'pause.resolved':
    case 'run.requested':
    case 'run.superseded':
    case 'run.claimed':
    case 'step.started':
    case 'step.logged':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Result of a phase, if this event completed its last step. */
function renderPhaseEnd(view: RunView, events: readonly StoredEvent[], step: string, seq: number): Message | undefined {
  const phase = view.steps[step]?.phase;
  if (phase === undefined || view.phases.find((one) => one.name === phase)?.state !== 'done') return undefined;
  const finished = events.flatMap(({ event, seq }) =>
    event.type === 'step.finished' && view.steps[event.step]?.phase === phase ? [{ ...event, seq }] : [],
  );
  if (finished.at(-1)?.seq !== seq) return undefined;
  return renderPhaseResult(view, phase, new Map(finished.map((one) => [one.step, one.outcome])));
}

/** The run has not been resumed since it ended with event `seq`, and a resume would continue it. */
export function canResumeAfter(view: RunView, events: readonly StoredEvent[], seq: number): boolean {
  return view.canResume && events.findLast(({ event }) => event.type === 'run.finished')?.seq === seq;
}

/** A newer run may have changed the machine type. */
export function findResizeButtonId(events: readonly StoredEvent[]): string | undefined {
  return events.some(({ event }) => event.type === 'run.superseded') ? undefined : resizeButton.id;
}

/** Concurrent steps may each have run a diagnosis. */
function isFirstDiagnosis(events: readonly StoredEvent[], seq: number): boolean {
  const previous = events.findLast(
    ({ event, seq: at }) => at < seq && /^(step\.diagnosed|run\.resumed)$/.test(event.type),
  );
  return previous?.event.type !== 'step.diagnosed';
}

/** This failure reaches the threshold, and the step has not succeeded since. */
function shouldReportRetry(events: readonly StoredEvent[], step: string, seq: number): boolean {
  const hasSucceeded = events.some(
    ({ event, seq: at }) => at > seq && event.type === 'step.finished' && event.step === step,
  );
  return countFailures(events, step, seq) === retryReportThreshold && !hasSucceeded;
}

/** A final fault, or the one that shows that the run keeps waiting. Counts since the run last made progress. */
function shouldReportFault(events: readonly StoredEvent[], seq: number): boolean {
  const until = events.filter((one) => one.seq <= seq);
  const progress = until.findLastIndex(({ event }) => /^(step\.started|run\.resumed|approval\.)/.test(event.type));
  const faults = until.slice(progress + 1).flatMap(({ event }) => (event.type === 'run.faulted' ? event : []));
  return faults.at(-1)?.retryAt === undefined || faults.length === retryReportThreshold;
}

/** Failures of a step up to event `seq` since the run was started or resumed. */
function countFailures(events: readonly StoredEvent[], step: string, seq: number): number {
  const since = events.findLastIndex((one) => one.seq < seq && one.event.type === 'run.resumed') + 1;
  return events
    .slice(since)
    .filter(({ event, seq: at }) => at <= seq && event.type === 'step.failed' && event.step === step).length;
}
