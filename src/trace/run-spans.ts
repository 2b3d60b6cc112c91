import type { StoredEvent } from '../store/events.ts';
import type { RunRecord } from '../store/records.ts';

/** A stretch of time in a run. `id` is stable: the same events give the same spans. */
export interface RunSpan {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** What went wrong in it. */
  readonly error?: string;
}

interface Begun {
  readonly from: Date;
  readonly attempt: number;
}

const root = 'run';

/** A run's phases, steps (each attempt) and waits for people as spans, made of its events; the run first, parents before children. */
export function spansOfRun(run: string, record: RunRecord, events: readonly StoredEvent[]): RunSpan[] {
  const begun = new Map<string, Begun>();
  const steps: RunSpan[] = [];
  const waits: RunSpan[] = [];
  let asked: Date | undefined;
  for (const { seq, at, event } of events) {
    switch (event.type) {
      case 'step.started':
        begun.set(event.step, { from: at, attempt: event.attempt });
        break;
      case 'step.finished':
        end(event.step, at, { outcome: event.outcome });
        break;
      case 'step.failed':
      case 'step.postponed':
        end(event.step, at, { outcome: event.type.slice(5), code: event.fault.code }, event.fault.message);
        break;
      case 'step.conflicted':
        end(event.step, at, { outcome: 'conflicted' }, event.fields.map(({ field }) => field).join(', '));
        break;
      case 'approval.asked':
        asked ??= at;
        break;
      case 'approval.given':
      case 'approval.refused':
        if (asked)
          waits.push({ id: `wait ${seq}`, parent: root, name: event.type, from: asked, to: at, attributes: {} });
        asked = undefined;
        break;
      default:
    }
  }
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) return [];
  return [whole(), ...phasesOf(steps), ...steps, ...waits];

  function whole(): RunSpan {
    const finished = events.findLast(({ event }) => event.type === 'run.finished')?.event;
    const as = finished?.type === 'run.finished' ? finished.as : 'open';
    return {
      id: root,
      name: `${record.operation} ${record.cluster}`,
      from: first?.at ?? new Date(0),
      to: last?.at ?? new Date(0),
      attributes: {
        'kthw.run': run,
        'kthw.cluster': record.cluster,
        'kthw.operation': record.operation,
        'kthw.end': as,
      },
      ...(as === 'failed' ? { error: 'failed' } : {}),
    };
  }

  function end(step: string, to: Date, more: Readonly<Record<string, string>>, error?: string): void {
    const { from, attempt } = begun.get(step) ?? { from: to, attempt: 0 };
    begun.delete(step);
    steps.push({
      id: `step ${step} ${steps.length}`,
      parent: `phase ${phaseOf(step)}`,
      name: step,
      from,
      to,
      attributes: { 'kthw.step': step, 'kthw.attempt': attempt, ...prefixed(more) },
      ...(error === undefined ? {} : { error }),
    });
  }
}

function phasesOf(steps: readonly RunSpan[]): RunSpan[] {
  return [...Map.groupBy(steps, ({ parent }) => parent ?? '')].map(([id, inIt]) => ({
    id,
    parent: root,
    name: id.slice('phase '.length),
    from: new Date(Math.min(...inIt.map(({ from }) => +from))),
    to: new Date(Math.max(...inIt.map(({ to }) => +to))),
    attributes: { 'kthw.steps': inIt.length },
  }));
}

/** `remove:workers/machine-0` belongs to `remove:workers`. */
function phaseOf(step: string): string {
  return step.split('/')[0] ?? step;
}

function prefixed(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`kthw.${name}`, value]));
}
