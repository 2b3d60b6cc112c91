import { isAnswer } from '../../engine/service/approvals.ts';
import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { EngineEvent, StoredEvent } from '../../store/events.ts';
import { diagnosisCard } from '../messages/doctor-report.ts';
import { phaseDone, saidBy, saidLines } from '../messages/run-thread-messages.ts';
import { conflictCard, failureCard, postponedCard, retryCard } from '../messages/step-error-cards.ts';
import { resizeYes } from '../resize.ts';
import type { Message } from '../routing/command.ts';
import { type Question, questionAt } from './approval-status.ts';
import { type Pause, pauseAt } from './pause-status.ts';

/** What a thread is told next. It covers all events up to `upTo`, those that nobody needs to hear of too. */
export type Item =
  | { readonly upTo: number; readonly reply: Message }
  /** Event `upTo` asked something: a message that is edited when something comes of it. */
  | { readonly upTo: number; readonly asks: Question }
  /** A chapter is done: the same. */
  | { readonly upTo: number; readonly pauses: Pause }
  /** The run is over: the summary must show it before the thread says so. */
  | { readonly upTo: number; readonly end: RunView };

/** A step that keeps failing is worth a word after so many failures; the first ones are how we wait for machines. */
const failuresUntilTold = 5;
const mostLines = 20;

/** The next thing to say after event `cursor`. Pure. `events`: all of the run, up to the view's last. */
export function nextItem(view: RunView, events: readonly StoredEvent[], cursor: number): Item | undefined {
  const said: { step: string; line: string }[] = [];
  let upTo = cursor;
  for (const stored of events.slice(cursor)) {
    const { event, seq } = stored;
    if (event.type === 'step.said') {
      said.push({ step: event.step, line: event.line });
      upTo = seq;
      if (said.length < mostLines) continue;
      break;
    }
    const item = itemOf(view, events, stored);
    if (item && said.length === 0) return item;
    if (item) break;
  }
  return said.length > 0 ? { upTo, reply: saidLines(view, said) } : undefined;
}

function itemOf(view: RunView, events: readonly StoredEvent[], { event, seq, at }: StoredEvent): Item | undefined {
  if (event.type === 'run.finished') return { upTo: seq, end: { ...view, over: event.as, finishedAt: at } };
  const asks = questionAt(events, seq);
  if (asks) return { upTo: seq, asks };
  const pauses = pauseAt(events, seq);
  if (pauses) return { upTo: seq, pauses };
  const reply = replyTo(view, events, event, seq);
  return reply && { upTo: seq, reply };
}

function replyTo(
  view: RunView,
  events: readonly StoredEvent[],
  event: Exclude<EngineEvent, { type: 'run.finished' }>,
  seq: number,
): Message | undefined {
  switch (event.type) {
    case 'step.finished':
      return phaseEnd(view, events, event.step, seq);
    case 'step.failed':
      if (!event.retryAt) return failureCard(view, event.step, event.fault);
      return stillFailing(events, event.step, seq)
        ? retryCard(view, event.step, event.fault, failuresUntilTold, new Date(event.retryAt))
        : undefined;
    case 'step.postponed':
      return postponedCard(view, event.step, event.fault);
    case 'step.conflicted':
      return conflictCard(view, event.step, event.fields);
    case 'step.diagnosed':
      return isFirstDiagnosis(events, seq) ? diagnosisCard(view, event, resizeYes.id) : undefined;
    case 'run.resumed':
      return saidBy(event.by, 'resumed');
    case 'run.cancelAsked':
      return saidBy(event.by, 'cancelAsked');
    case 'approval.given':
      return isAnswer(events, seq) ? saidBy(event.by, 'approved') : undefined;
    case 'approval.refused':
      return isAnswer(events, seq) ? saidBy(event.by, 'refused') : undefined;
    case 'approval.asked':
    case 'pause.asked':
    case 'pause.over':
    case 'run.requested':
    case 'run.taken':
    case 'step.started':
    case 'step.said':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** The step was the last of its phase: the phase is done now and no later event finishes another of its steps. */
function phaseEnd(view: RunView, events: readonly StoredEvent[], step: string, seq: number): Message | undefined {
  const phase = view.steps[step]?.phase;
  if (phase === undefined || view.phases.find((one) => one.name === phase)?.state !== 'done') return undefined;
  const finished = events.flatMap(({ event, seq }) =>
    event.type === 'step.finished' && view.steps[event.step]?.phase === phase ? [{ ...event, seq }] : [],
  );
  if (finished.at(-1)?.seq !== seq) return undefined;
  return phaseDone(view, phase, new Map(finished.map((one) => [one.step, one.outcome])));
}

/** Steps side by side may both have looked for the cause. */
function isFirstDiagnosis(events: readonly StoredEvent[], seq: number): boolean {
  const before = events.findLast(
    ({ event, seq: at }) => at < seq && /^(step\.diagnosed|run\.resumed)$/.test(event.type),
  );
  return before?.event.type !== 'step.diagnosed';
}

/** Just this failure makes it worth a word, and the step has not made it since. */
function stillFailing(events: readonly StoredEvent[], step: string, seq: number): boolean {
  const since = events.findLastIndex((one) => one.seq < seq && one.event.type === 'run.resumed') + 1;
  const failures = events
    .slice(since)
    .filter(({ event, seq: at }) => at <= seq && event.type === 'step.failed' && event.step === step).length;
  const madeIt = events.some(({ event, seq: at }) => at > seq && event.type === 'step.finished' && event.step === step);
  return failures === failuresUntilTold && !madeIt;
}
