import type { StoredEvent } from '../store/events.ts';
import type { RunRecord } from '../store/records.ts';

/** A time span of a run. `id` is deterministic for the same events. */
export interface RunSpan {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly error?: string;
}

interface StepStart {
  readonly from: Date;
  readonly attempt: number;
}

const rootId = 'run';

/** Converts a run's events to spans: run, phases, step attempts and waits for approval. Parents precede children. */
export function buildRunSpans(run: string, record: RunRecord, events: readonly StoredEvent[]): RunSpan[] {
  const stepStarts = new Map<string, StepStart>();
  const steps: RunSpan[] = [];
  const waits: RunSpan[] = [];
  let approvalRequestedAt: Date | undefined;
  for (const { seq, at, event } of events) {
    switch (event.type) {
      case 'step.started':
        stepStarts.set(event.step, { from: at, attempt: event.attempt });
        break;
      case 'step.finished':
        endStep(event.step, at, { outcome: event.outcome });
        break;
      case 'step.failed':
      case 'step.deferred':
        endStep(event.step, at, { outcome: event.type.slice(5), code: event.error.code }, event.error.message);
        break;
      case 'step.conflicted':
        endStep(event.step, at, { outcome: 'conflicted' }, event.differences.map(({ field }) => field).join(', '));
        break;
      case 'approval.requested':
        approvalRequestedAt ??= at;
        break;
      case 'approval.granted':
      case 'approval.rejected':
        if (approvalRequestedAt)
          waits.push({
            id: `wait ${seq}`,
            parent: rootId,
            name: event.type,
            from: approvalRequestedAt,
            to: at,
            attributes: {},
          });
        approvalRequestedAt = undefined;
        break;
      default:
    }
  }
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) return [];
  return [buildRootSpan(), ...buildPhaseSpans(steps), ...steps, ...waits];

  function buildRootSpan(): RunSpan {
    const finished = events.findLast(({ event }) => event.type === 'run.finished')?.event;
    const outcome = finished?.type === 'run.finished' ? finished.outcome : 'open';
    return {
      id: rootId,
      name: `${record.operation} ${record.cluster}`,
      from: first?.at ?? new Date(0),
      to: last?.at ?? new Date(0),
      attributes: {
        'kthw.run': run,
        'kthw.cluster': record.cluster,
        'kthw.operation': record.operation,
        'kthw.outcome': outcome,
      },
      ...(outcome === 'failed' ? { error: 'failed' } : {}),
    };
  }

  function endStep(step: string, to: Date, attributes: Readonly<Record<string, string>>, error?: string): void {
    const { from, attempt } = stepStarts.get(step) ?? { from: to, attempt: 0 };
    stepStarts.delete(step);
    steps.push({
      id: `step ${step} ${steps.length}`,
      parent: `phase ${getPhaseName(step)}`,
      name: step,
      from,
      to,
      attributes: { 'kthw.step': step, 'kthw.attempt': attempt, ...prefixKeys(attributes) },
      ...(error === undefined ? {} : { error }),
    });
  }
}

function buildPhaseSpans(steps: readonly RunSpan[]): RunSpan[] {
  return [...Map.groupBy(steps, ({ parent }) => parent ?? '')].map(([id, phaseSteps]) => ({
    id,
    parent: rootId,
    name: id.slice('phase '.length),
    from: new Date(Math.min(...phaseSteps.map(({ from }) => +from))),
    to: new Date(Math.max(...phaseSteps.map(({ to }) => +to))),
    attributes: { 'kthw.steps': phaseSteps.length },
  }));
}

/** `remove:workers/machine-0` belongs to `remove:workers`. */
function getPhaseName(step: string): string {
  return step.split('/')[0] ?? step;
}

function prefixKeys(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`kthw.${name}`, value]));
}
