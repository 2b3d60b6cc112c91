import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { StoredEvent } from '../../store/events.ts';

/** From one instant to another, in Unix ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TimelineRow {
  readonly title: string;
  readonly state: RunView['phases'][number]['state'];
  /** From the first step's start to the last one's end. */
  readonly whole: Span;
  /** While at least one of its steps was at work. */
  readonly work: readonly Span[];
  /** Steps of it that the whole run waited for. */
  readonly critical: readonly Span[];
  /** When steps failed and were tried again. */
  readonly retries: readonly number[];
}

/** When nothing was done: the run waited for somebody, or had stopped. */
export interface Pause extends Span {
  readonly words: string;
}

/** What ran when. Phases that nothing was done for are left out. */
export interface Timeline {
  readonly whole: Span;
  readonly rows: readonly TimelineRow[];
  readonly pauses: readonly Pause[];
  /** Steps of the longest chain of waiting, first to last. */
  readonly path: readonly string[];
}

interface Attempt extends Span {
  readonly step: string;
  readonly retried: boolean;
}

/** A run's journal as a picture needs it. Pure. `events`: all that the picture is about. */
export function timelineOf(view: RunView, events: readonly StoredEvent[]): Timeline {
  const first = events[0]?.at ?? view.startedAt;
  const last = events.at(-1)?.at ?? first;
  const attempts = attemptsOf(events, +last);
  const path = criticalPath(view, attempts);
  const rows = view.phases.flatMap(({ name, title, state }): TimelineRow[] => {
    const own = attempts.filter(({ step }) => view.steps[step]?.phase === name);
    if (own.length === 0) return [];
    return [
      {
        title,
        state,
        whole: { fromMs: Math.min(...own.map((a) => a.fromMs)), toMs: Math.max(...own.map((a) => a.toMs)) },
        work: merged(own),
        critical: merged(own.filter(({ step }) => path.includes(step))),
        retries: own.filter(({ retried }) => retried).map(({ toMs }) => toMs),
      },
    ];
  });
  return { whole: { fromMs: +first, toMs: +last }, rows, pauses: pausesOf(events, +last), path };
}

/** Each time that a step was at work. One that nobody ended, as in a crash, ends where it is begun again. */
function attemptsOf(events: readonly StoredEvent[], endMs: number): Attempt[] {
  const open = new Map<string, number>();
  const done: Attempt[] = [];
  function close(step: string, toMs: number, retried: boolean): void {
    const fromMs = open.get(step);
    if (fromMs === undefined) return;
    open.delete(step);
    done.push({ step, fromMs, toMs, retried });
  }
  for (const { event, at } of events) {
    switch (event.type) {
      case 'step.started':
        close(event.step, +at, false);
        open.set(event.step, +at);
        break;
      case 'step.failed':
        close(event.step, +at, event.retryAt !== undefined);
        break;
      case 'step.finished':
      case 'step.postponed':
      case 'step.conflicted':
        close(event.step, +at, false);
        break;
      default:
    }
  }
  for (const step of [...open.keys()]) close(step, endMs, false);
  return done;
}

/** From the step that ended last back through whatever each step waited for longest. */
function criticalPath(view: RunView, attempts: readonly Attempt[]): string[] {
  const endMs = new Map<string, number>();
  for (const { step, toMs } of attempts) endMs.set(step, Math.max(toMs, endMs.get(step) ?? 0));
  const latest = (steps: Iterable<string>) =>
    [...steps].filter((step) => endMs.has(step)).sort((a, b) => (endMs.get(b) ?? 0) - (endMs.get(a) ?? 0))[0];
  const path: string[] = [];
  for (let step = latest(endMs.keys()); step !== undefined; step = latest(view.steps[step]?.after ?? [])) {
    path.unshift(step);
  }
  return path;
}

function pausesOf(events: readonly StoredEvent[], endMs: number): Pause[] {
  const pauses: Pause[] = [];
  let since: { readonly fromMs: number; readonly words: string } | undefined;
  function end(toMs: number): void {
    if (since && toMs > since.fromMs) pauses.push({ ...since, toMs });
    since = undefined;
  }
  for (const { event, at } of events) {
    switch (event.type) {
      case 'approval.asked':
        end(+at);
        since = { fromMs: +at, words: 'waiting for a yes' };
        break;
      case 'pause.asked':
        end(+at);
        since = { fromMs: +at, words: 'waiting for a button' };
        break;
      case 'run.finished':
        end(+at);
        since = { fromMs: +at, words: event.as === 'failed' ? 'stopped' : 'over' };
        break;
      case 'approval.given':
      case 'approval.refused':
      case 'pause.over':
      case 'run.resumed':
        end(+at);
        break;
      default:
    }
  }
  // What comes after the last end is not part of the run.
  if (since?.words.startsWith('waiting')) end(endMs);
  return pauses;
}

/** Spans as they look together. */
function merged(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = out.at(-1);
    if (last && fromMs <= last.toMs) out[out.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) };
    else out.push({ fromMs, toMs });
  }
  return out;
}
