import type { StoppedRun } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import type { ClusterRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { updateRecord } from './finalize-run.ts';
import { findOperation, type Operation, type Operations } from './operation.ts';
import { planRun } from './plan.ts';
import { foldEvents, getStepRecord } from './run-state.ts';
import type { Phase } from './step.ts';

type QueuePosition =
  /** The cluster was free, or became free: the run is now the active run. */
  | { readonly kind: 'active' }
  | { readonly kind: 'blocked'; readonly stops: StoppedRun }
  | { readonly kind: 'notPreemptable' };

/** Runs that may still be closing. */
const recentRunCount = 3;

/** An earlier run of the cluster that is still open. A run that took over the cluster waits until that run is closed. */
export async function findBlockingRun(
  store: Store,
  cluster: ClusterRecord | undefined,
  run: string,
): Promise<string | undefined> {
  const runs = (cluster?.runs ?? []).filter((id) => id !== cluster?.queuedRun);
  for (const id of runs.slice(0, Math.max(0, runs.indexOf(run))).slice(-recentRunCount))
    if ((await store.read('run', id))?.value.open) return id;
  return undefined;
}

/** Makes a queued run the active run if the cluster is free; otherwise describes the run that it would stop. */
export async function requestTakeover(
  store: Store,
  { phases, operations }: { readonly phases: readonly Phase[]; readonly operations: Operations },
  cluster: string,
  run: string,
  operation: Operation,
): Promise<QueuePosition> {
  await updateRecord(store, 'cluster', cluster, (record) => activateRun(record, run, undefined));
  const activeRun = (await store.read('cluster', cluster))?.value.activeRun;
  if (activeRun === run || activeRun === undefined) return { kind: 'active' };
  const active = (await store.read('run', activeRun))?.value;
  if (!active || !operation.preempts.includes(active.operation)) return { kind: 'notPreemptable' };
  const state = foldEvents(await store.readEvents(activeRun));
  const planned = findOperation(operations, active.operation) ? (planRun(phases, operations, active) ?? []) : [];
  const done = planned.filter(({ id }) => getStepRecord(state, id).state === 'done').length;
  const donePercent = Math.floor((100 * done) / Math.max(1, planned.length));
  const requester = state.requesters.at(-1) ?? active.requestedBy;
  return { kind: 'blocked', stops: { run: activeRun, operation: active.operation, requester, donePercent } };
}

/** Cancels the active run after an approval and makes the queued run the active run. Can be repeated after a crash. */
export async function takeOverCluster(
  store: Store,
  {
    cluster,
    run,
    stoppedRun,
    ...event
  }: {
    readonly cluster: string;
    readonly run: string;
    readonly stoppedRun: string;
    readonly actor: Person;
    readonly preemptedBy: { readonly run: string; readonly operation: string };
  },
): Promise<void> {
  const isActive = (await store.read('cluster', cluster))?.value.activeRun === stoppedRun;
  const { cancelRequested, outcome } = foldEvents(await store.readEvents(stoppedRun));
  if (isActive && !cancelRequested && !outcome)
    await store.append(stoppedRun, [{ type: 'run.cancelRequested', ...event }]);
  await updateRecord(store, 'cluster', cluster, (record) => activateRun(record, run, stoppedRun));
}

/** @param stoppedRun the run whose place it takes; undefined: only a free cluster */
function activateRun(record: ClusterRecord, run: string, stoppedRun: string | undefined): ClusterRecord {
  const { queuedRun, activeRun, ...rest } = record;
  const isAvailable = activeRun === undefined || activeRun === stoppedRun;
  if (queuedRun !== run || !isAvailable) return record;
  return { ...rest, activeRun: run, runs: [...rest.runs.filter((id) => id !== run), run] };
}
