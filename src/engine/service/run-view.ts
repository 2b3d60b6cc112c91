import type { StoredEvent } from '../../store/events.ts';
import type { RunRecord } from '../../store/records.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { publicAddress } from '../cluster/outputs.ts';
import { isOperation } from '../workflow/operations.ts';
import { type PlannedStep, plan } from '../workflow/plan.ts';
import { folded, type RunState, type StepRecord, stepAt } from '../workflow/run-state.ts';
import type { Phase } from '../workflow/step.ts';
import type { PhaseState, PhaseView, RunView } from './cluster-service-types.ts';

/** A run as people see it. Pure: the same record and events, the same view. */
export function runView(
  id: string,
  run: RunRecord,
  cluster: Cluster,
  phases: readonly Phase[],
  events: readonly StoredEvent[],
): RunView {
  const { operation } = run;
  const planned = isOperation(operation) ? plan(phases, cluster, { ...run, operation }) : [];
  return viewOf(id, run, planned, folded(events));
}

/** The same from what was folded and planned already. */
export function viewOf(id: string, run: RunRecord, planned: readonly PlannedStep[], state: RunState): RunView {
  return {
    run: id,
    cluster: run.cluster,
    operation: run.operation,
    by: run.by,
    channel: run.channel,
    startedAt: new Date(run.requestedAt),
    ...(state.over && state.overAt ? { over: state.over, finishedAt: state.overAt } : {}),
    cancelAsked: state.cancelAsked,
    ...(state.paused && !state.over ? { pausedAfter: state.paused.chapter } : {}),
    phases: phasesOf(planned).map(([name, steps]) => phaseView(name, steps, state)),
    steps: Object.fromEntries(
      planned.map((p) => [p.id, { title: p.step.title, phase: shownPhase(p), after: p.after }]),
    ),
    troubles: planned.flatMap(({ id }) => troubleOf(id, stepAt(state, id))),
    facts: factsOf(state),
    lastSeq: state.seq,
  };
}

/** Steps by phase; what is taken down first and built again is two phases to look at. */
function phasesOf(planned: readonly PlannedStep[]): [string, PlannedStep[]][] {
  const byName = new Map<string, PlannedStep[]>();
  for (const p of planned) byName.set(shownPhase(p), [...(byName.get(shownPhase(p)) ?? []), p]);
  return [...byName];
}

/** What its phase is called in a view of the run: what is taken down and built again is two. */
export function shownPhase({ id, phase }: PlannedStep): string {
  return id.startsWith('remove:') ? `remove:${phase.name}` : phase.name;
}

function phaseView(name: string, planned: readonly PlannedStep[], state: RunState): PhaseView {
  const { title, chapter } = (planned[0] as PlannedStep).phase;
  const records = planned.map((p) => stepAt(state, p.id));
  const phaseState = stateOf(records);
  const started = earliest(records.flatMap((r) => r.startedAt ?? []));
  const ended =
    phaseState === 'done' || phaseState === 'failed' || phaseState === 'conflicted' || phaseState === 'postponed';
  const finished = ended ? latest(records.flatMap((r) => r.finishedAt ?? [])) : undefined;
  const note = noteOf(planned, state);
  return {
    name,
    title: name.startsWith('remove:') ? `Taking down: ${title}` : title,
    chapter,
    state: phaseState,
    ...(started ? { startedAt: started } : {}),
    ...(finished ? { finishedAt: finished } : {}),
    done: records.filter((r) => r.state === 'done').length,
    total: records.length,
    ...(note ? { note } : {}),
  };
}

function stateOf(records: readonly StepRecord[]): PhaseState {
  const any = (state: StepRecord['state']) => records.some((r) => r.state === state);
  if (any('failed')) return 'failed';
  if (any('conflicted')) return 'conflicted';
  if (records.every((r) => r.state === 'done')) return 'done';
  if (records.every((r) => r.state === 'done' || r.state === 'postponed')) return 'postponed';
  if (records.some((r) => r.state === 'waiting' && r.failures > 0)) return 'retrying';
  if (any('running') || any('done') || any('postponed')) return 'running';
  return 'waiting';
}

/** The fault that it is retrying after, or what is under way. */
function noteOf(planned: readonly PlannedStep[], state: RunState): string | undefined {
  const steps = planned.map((p) => ({ title: p.step.title, ...stepAt(state, p.id) }));
  const troubled = steps.find((s) => s.fault && s.state !== 'done');
  if (troubled?.fault) return troubled.fault.message;
  const running = steps.filter((s) => s.state === 'running');
  const [first] = running;
  if (!first) return undefined;
  return running.length > 1 ? `${first.title} and ${running.length - 1} more` : first.title;
}

function troubleOf(step: string, record: StepRecord): RunView['troubles'] {
  const stopped = record.state === 'failed' || record.state === 'postponed' || record.state === 'conflicted';
  if (!stopped) return [];
  return [
    {
      step,
      ...(record.fault ? { fault: record.fault } : {}),
      ...(record.differences ? { differences: record.differences } : {}),
    },
  ];
}

function factsOf(state: RunState): RunView['facts'] {
  const facts = Object.fromEntries(state.facts);
  const address = state.facts.get(publicAddress.name);
  return address === undefined ? facts : { ...facts, apiAddress: address };
}

function earliest(dates: readonly Date[]): Date | undefined {
  return dates.length > 0 ? new Date(Math.min(...dates.map(Number))) : undefined;
}

function latest(dates: readonly Date[]): Date | undefined {
  return dates.length > 0 ? new Date(Math.max(...dates.map(Number))) : undefined;
}
