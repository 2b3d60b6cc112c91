import type { StoppedRun } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import type { ClusterRecord, RunRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { updateRecord } from './finalize-run.ts';
import type { Operation, Operations } from './operation.ts';
import { planRun } from './plan.ts';
import { foldEvents, getStepRecord } from './run-state.ts';
import type { Phase } from './step.ts';

/** What a queued run can do now. */
type QueuePosition =
  /** It became the active run. */
  | { readonly kind: 'activated' }
  /** It may request approval to stop this run. */
  | { readonly kind: 'queued'; readonly stops: StoppedRun }
  /** The cluster is deleted, or the active run can't be stopped. */
  | { readonly kind: 'obsolete' };

interface Preemption {
  readonly cluster: string;
  /** The run that takes the place of the active run. */
  readonly run: string;
  readonly operation: string;
  /** Who approved or confirmed that. */
  readonly actor: Person;
}

/** Runs that may still be closing. */
const recentRunCount = 3;

/**
 * Finds an earlier run that is still open: a run that took its place waits until it is closed. Requests its cancellation,
 * because the process that started the new run may have ended before it could.
 * @returns undefined if the run can start
 */
export async function stopBlockingRun(
  store: Store,
  cluster: ClusterRecord | undefined,
  run: string,
  { operation, requestedBy: actor }: RunRecord,
): Promise<string | undefined> {
  const { runs = [], activeRun, queuedRun } = cluster ?? {};
  if (queuedRun === run) return undefined;
  const earlierRuns = runs.slice(0, Math.max(0, runs.indexOf(run))).filter((id) => id !== queuedRun);
  for (const id of earlierRuns.slice(-recentRunCount)) {
    if (!(await store.read('run', id))?.value.open) continue;
    if (activeRun === run) await requestPreemption(store, id, { run, operation, actor });
    return id;
  }
  return undefined;
}

/** Makes a queued run the active run if the cluster is free. Otherwise describes the run that it would stop. */
export async function activateQueuedRun(
  store: Store,
  { phases, operations }: { readonly phases: readonly Phase[]; readonly operations: Operations },
  cluster: string,
  run: string,
  operation: Operation,
): Promise<QueuePosition> {
  await updateRecord(store, 'cluster', cluster, (record) => activateRun(record, run, undefined));
  const record = (await store.read('cluster', cluster))?.value;
  if (record?.activeRun === run) return { kind: 'activated' };
  const active = record?.activeRun === undefined ? undefined : (await store.read('run', record.activeRun))?.value;
  if (!record?.activeRun || !active || !operation.preempts.includes(active.operation)) return { kind: 'obsolete' };
  const state = foldEvents(await store.readEvents(record.activeRun));
  const planned = planRun(phases, operations, active) ?? [];
  const done = planned.filter(({ id }) => getStepRecord(state, id).state === 'done').length;
  const donePercent = Math.floor((100 * done) / Math.max(1, planned.length));
  const requester = state.requesters.at(-1) ?? active.requestedBy;
  return { kind: 'queued', stops: { run: record.activeRun, operation: active.operation, requester, donePercent } };
}

/** Stops the active run after an approval and makes the queued run the active run. Can be repeated after a crash. */
export async function takeOverCluster(store: Store, stoppedRun: string, preemption: Preemption): Promise<void> {
  const { cluster, run } = preemption;
  const isActive = (await store.read('cluster', cluster))?.value.activeRun === stoppedRun;
  if (isActive) await requestPreemption(store, stoppedRun, preemption);
  await updateRecord(store, 'cluster', cluster, (record) => activateRun(record, run, stoppedRun));
}

/** Requests the cancellation of a run whose place another run takes, once. */
async function requestPreemption(
  store: Store,
  stoppedRun: string,
  { run, operation, actor }: Omit<Preemption, 'cluster'>,
): Promise<void> {
  const { cancelRequested, outcome } = foldEvents(await store.readEvents(stoppedRun));
  if (cancelRequested || outcome) return;
  await store.append(stoppedRun, [{ type: 'run.cancelRequested', actor, preemptedBy: { run, operation } }]);
}

/** @param stoppedRun the run whose place it takes; undefined: only a free cluster */
function activateRun(record: ClusterRecord, run: string, stoppedRun: string | undefined): ClusterRecord {
  const { queuedRun, activeRun, ...rest } = record;
  const isAvailable = record.settledState !== 'deleted' && (activeRun === undefined || activeRun === stoppedRun);
  if (queuedRun !== run || !isAvailable) return record;
  return { ...rest, activeRun: run, runs: [...rest.runs.filter((id) => id !== run), run] };
}
