import type { StoredEvent } from '../../store/events.ts';
import type { RunRecord } from '../../store/records.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { operations } from '../phases/operations.ts';
import { canResume } from '../workflow/cluster-state.ts';
import { findOperation } from '../workflow/operation.ts';
import { hasChangedCluster, type PlannedStep, planRun } from '../workflow/plan.ts';
import { foldEvents, getStepRecord, type RunState, type StepRecord } from '../workflow/run-state.ts';
import type { Phase } from '../workflow/step.ts';
import type { PhaseState, PhaseView, RunView } from './cluster-service.ts';

/** Builds a view from all events of a run. */
export function buildRunView(
  id: string,
  run: RunRecord,
  phases: readonly Phase[],
  events: readonly StoredEvent[],
): RunView {
  return toRunView(id, run, planRun(phases, operations, run) ?? [], foldEvents(events));
}

/** What a view shows of a planned step. */
export interface ViewedStep extends Pick<PlannedStep, 'id' | 'dependsOn' | 'isMutating'> {
  readonly step: { readonly title: string };
  readonly phase: { readonly name: string; readonly title: string; readonly chapter: number };
}

/** Builds a view from a folded state and a plan. */
export function toRunView(id: string, run: RunRecord, planned: readonly ViewedStep[], state: RunState): RunView {
  const operation = findOperation(operations, run.operation);
  const hasChanges = hasChangedCluster(planned, state);
  return {
    run: id,
    cluster: run.cluster,
    operation: run.operation,
    requester: run.requestedBy,
    requesters: state.requesters,
    channel: run.channel,
    startedAt: new Date(run.requestedAt),
    ...(state.outcome && state.finishedAt ? { outcome: state.outcome, finishedAt: state.finishedAt } : {}),
    cancelRequested: state.cancelRequested,
    isRejected: state.isRejected,
    hasChanges,
    hasSucceeded: state.hasSucceeded,
    canResume: operation !== undefined && canResume(state, operation, hasChanges),
    isFirstSetup: run.isFirstSetup ?? false,
    requiresApproval: run.requiresApproval ?? false,
    ...(state.pendingPause && !state.outcome ? { pausedAfterChapter: state.pendingPause.chapter } : {}),
    phases: groupByPhase(planned).map(([name, steps]) => toPhaseView(name, steps, state)),
    steps: Object.fromEntries(
      planned.map((p) => [p.id, { title: p.step.title, phase: getDisplayPhase(p), dependsOn: p.dependsOn }]),
    ),
    problems: [
      ...planned.flatMap(({ id }) => toProblems(id, getStepRecord(state, id))),
      ...(state.fault && !state.fault.retryAt ? [{ error: state.fault.error }] : []),
    ],
    outputs: getOutputs(state),
    lastSeq: state.seq,
  };
}

function groupByPhase(planned: readonly ViewedStep[]): [string, ViewedStep[]][] {
  const byName = new Map<string, ViewedStep[]>();
  for (const p of planned) byName.set(getDisplayPhase(p), [...(byName.get(getDisplayPhase(p)) ?? []), p]);
  return [...byName];
}

/** Returns the phase name of a step in run views. A rebuild shows each phase twice: its deletion and its creation. */
export function getDisplayPhase({ id, phase }: Pick<ViewedStep, 'id' | 'phase'>): string {
  return id.startsWith('remove:') ? `remove:${phase.name}` : phase.name;
}

function toPhaseView(name: string, planned: readonly ViewedStep[], state: RunState): PhaseView {
  const { title, chapter } = (planned[0] as ViewedStep).phase;
  const records = planned.map((p) => getStepRecord(state, p.id));
  const phaseState = computePhaseState(records);
  const started = findEarliest(records.flatMap((r) => r.startedAt ?? []));
  const isEnded =
    phaseState === 'done' || phaseState === 'failed' || phaseState === 'conflicted' || phaseState === 'deferred';
  const finished = isEnded ? findLatest(records.flatMap((r) => r.finishedAt ?? [])) : undefined;
  const note = formatNote(planned, state);
  return {
    name,
    title: name.startsWith('remove:') ? `Delete: ${title}` : title,
    chapter,
    state: phaseState,
    ...(started ? { startedAt: started } : {}),
    ...(finished ? { finishedAt: finished } : {}),
    done: records.filter((r) => r.state === 'done').length,
    total: records.length,
    ...(note ? { note } : {}),
  };
}

function computePhaseState(records: readonly StepRecord[]): PhaseState {
  const hasState = (state: StepRecord['state']) => records.some((r) => r.state === state);
  if (hasState('failed')) return 'failed';
  if (hasState('conflicted')) return 'conflicted';
  if (records.every((r) => r.state === 'done')) return 'done';
  if (records.every((r) => r.state === 'done' || r.state === 'deferred')) return 'deferred';
  if (records.some((r) => r.state === 'pending' && r.failures > 0)) return 'retrying';
  if (hasState('running') || hasState('done') || hasState('deferred')) return 'running';
  return 'pending';
}

/** Describes the error that is being retried, or the running steps. */
function formatNote(planned: readonly ViewedStep[], state: RunState): string | undefined {
  const steps = planned.map((p) => ({ title: p.step.title, ...getStepRecord(state, p.id) }));
  const failedStep = steps.find((s) => s.error && s.state !== 'done');
  if (failedStep?.error) return failedStep.error.message;
  const runningSteps = steps.filter((s) => s.state === 'running');
  const [first] = runningSteps;
  if (!first) return undefined;
  return runningSteps.length > 1 ? `${first.title} and ${runningSteps.length - 1} more` : first.title;
}

function toProblems(step: string, record: StepRecord): RunView['problems'] {
  const isStopped = record.state === 'failed' || record.state === 'deferred' || record.state === 'conflicted';
  if (!isStopped) return [];
  return [
    {
      step,
      ...(record.error ? { error: record.error } : {}),
      ...(record.differences ? { differences: record.differences } : {}),
    },
  ];
}

function getOutputs(state: RunState): RunView['outputs'] {
  const outputs = Object.fromEntries(state.outputs);
  const address = state.outputs.get(publicAddressOutput.name);
  return address === undefined ? outputs : { ...outputs, apiAddress: address };
}

function findEarliest(dates: readonly Date[]): Date | undefined {
  return dates.length > 0 ? new Date(Math.min(...dates.map(Number))) : undefined;
}

function findLatest(dates: readonly Date[]): Date | undefined {
  return dates.length > 0 ? new Date(Math.max(...dates.map(Number))) : undefined;
}
