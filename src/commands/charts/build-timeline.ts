import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StoredEvent } from '../../store/events.ts';

/** In Unix ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TimelineRow {
  readonly title: string;
  readonly state: RunView['phases'][number]['state'];
  /** From the first step's start to the last one's end. */
  readonly whole: Span;
  /** While at least one of its steps was running. */
  readonly work: readonly Span[];
  /** Its steps on the critical path. */
  readonly critical: readonly Span[];
  /** Unix ms of failures that were retried. */
  readonly retries: readonly number[];
}

/** The run was waiting for approval, paused after a chapter, or stopped. */
export interface TimelinePause extends Span {
  readonly label: string;
}

/** Phases without a started step are left out. */
export interface Timeline {
  readonly whole: Span;
  readonly rows: readonly TimelineRow[];
  readonly pauses: readonly TimelinePause[];
  /** Steps of the critical path, first to last. */
  readonly criticalPath: readonly string[];
}

interface Attempt extends Span {
  readonly step: string;
  readonly retried: boolean;
}

/** Pure. @param events of the period to draw */
export function buildTimeline(view: RunView, events: readonly StoredEvent[]): Timeline {
  const first = events[0]?.at ?? view.startedAt;
  const last = events.at(-1)?.at ?? first;
  const attempts = listAttempts(events, +last);
  const criticalPath = computeCriticalPath(view, attempts);
  const rows = view.phases.flatMap(({ name, title, state }): TimelineRow[] => {
    const own = attempts.filter(({ step }) => view.steps[step]?.phase === name);
    if (own.length === 0) return [];
    return [
      {
        title,
        state,
        whole: { fromMs: Math.min(...own.map((a) => a.fromMs)), toMs: Math.max(...own.map((a) => a.toMs)) },
        work: mergeSpans(own),
        critical: mergeSpans(own.filter(({ step }) => criticalPath.includes(step))),
        retries: own.filter(({ retried }) => retried).map(({ toMs }) => toMs),
      },
    ];
  });
  return { whole: { fromMs: +first, toMs: +last }, rows, pauses: listPauses(events, +last), criticalPath };
}

/** Attempts of all steps. An attempt that a crash cut off ends when the step is started again. */
function listAttempts(events: readonly StoredEvent[], endMs: number): Attempt[] {
  const openAttempts = new Map<string, number>();
  const attempts: Attempt[] = [];
  function closeAttempt(step: string, toMs: number, retried: boolean): void {
    const fromMs = openAttempts.get(step);
    if (fromMs === undefined) return;
    openAttempts.delete(step);
    attempts.push({ step, fromMs, toMs, retried });
  }
  for (const { event, at } of events) {
    switch (event.type) {
      case 'step.started':
        closeAttempt(event.step, +at, false);
        openAttempts.set(event.step, +at);
        break;
      case 'step.failed':
        closeAttempt(event.step, +at, event.retryAt !== undefined);
        break;
      case 'step.finished':
      case 'step.deferred':
      case 'step.conflicted':
        closeAttempt(event.step, +at, false);
        break;
      default:
    }
  }
  for (const step of [...openAttempts.keys()]) closeAttempt(step, endMs, false);
  return attempts;
}

/** Walks back from the step that ended last through the latest dependency of each step. */
function computeCriticalPath(view: RunView, attempts: readonly Attempt[]): string[] {
  const endMs = new Map<string, number>();
  for (const { step, toMs } of attempts) endMs.set(step, Math.max(toMs, endMs.get(step) ?? 0));
  const findLatest = (steps: Iterable<string>) =>
    [...steps].filter((step) => endMs.has(step)).sort((a, b) => (endMs.get(b) ?? 0) - (endMs.get(a) ?? 0))[0];
  const path: string[] = [];
  for (let step = findLatest(endMs.keys()); step !== undefined; step = findLatest(view.steps[step]?.dependsOn ?? [])) {
    path.unshift(step);
  }
  return path;
}

function listPauses(events: readonly StoredEvent[], endMs: number): TimelinePause[] {
  const pauses: TimelinePause[] = [];
  let openPause: { readonly fromMs: number; readonly label: string; readonly isWithinRun: boolean } | undefined;
  function closePause(toMs: number): void {
    if (openPause && toMs > openPause.fromMs) pauses.push({ fromMs: openPause.fromMs, toMs, label: openPause.label });
    openPause = undefined;
  }
  for (const { event, at } of events) {
    switch (event.type) {
      case 'approval.requested':
        closePause(+at);
        openPause = { fromMs: +at, label: 'awaiting approval', isWithinRun: true };
        break;
      case 'pause.requested':
        closePause(+at);
        openPause = { fromMs: +at, label: 'paused after a chapter', isWithinRun: true };
        break;
      case 'run.finished':
        closePause(+at);
        openPause = { fromMs: +at, label: event.outcome === 'failed' ? 'stopped' : 'ended', isWithinRun: false };
        break;
      case 'approval.granted':
      case 'approval.rejected':
      case 'pause.resolved':
      case 'run.resumed':
        closePause(+at);
        break;
      default:
    }
  }
  // Time after the end of the run is not part of it.
  if (openPause?.isWithinRun) closePause(endMs);
  return pauses;
}

/** Merges overlapping spans. */
function mergeSpans(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = out.at(-1);
    if (last && fromMs <= last.toMs) out[out.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) };
    else out.push({ fromMs, toMs });
  }
  return out;
}
