import { randomUUID } from 'node:crypto';
import type { Person } from '../../store/person.ts';
import type { ClusterRecord, ClusterSpec, RunRecord } from '../../store/records.ts';
import { StaleVersion, type VersionedRecord } from '../../store/store.ts';
import type { OperationName } from '../phases/operations.ts';
import { canPreempt, operations } from '../phases/operations.ts';
import type { ClusterPhase } from '../steps/cluster-step.ts';
import { getClusterState } from '../workflow/cluster-state.ts';
import { updateRecord } from '../workflow/finalize-run.ts';
import type { Operation } from '../workflow/operation.ts';
import { getPreviousSpec } from '../workflow/previous-spec.ts';
import type { ActiveRun, StartResult } from './cluster-service.ts';
import { type MissingPartsDeps, observeBeforeOperation } from './list-missing-parts.ts';

export interface StartRunRequest {
  readonly operation: OperationName;
  readonly spec: ClusterSpec;
  readonly requester: Person;
  readonly channel: string;
  readonly fromPhase?: string;
  /** Create only. ISO 8601. Absent: the cluster does not expire. */
  readonly expiresAt?: string;
  /** Create only. */
  readonly pausesAfterChapters?: boolean;
  /** The spec before this run, if the run changes it. */
  readonly previousSpec?: ClusterSpec;
  /** The active run that the requester confirmed to stop. */
  readonly confirmedStop?: string | undefined;
  /** Delete only. */
  readonly requiresApproval?: boolean | undefined;
}

interface StartRunDeps extends MissingPartsDeps {
  readonly phases: readonly ClusterPhase[];
  readonly now: () => Date;
  wake(run: string): void;
}

/**
 * Opens a run and assigns the cluster to it by compare-and-set. The loser of a race gets the active run. While another run
 * is active, a run that may stop it is queued until that is approved.
 */
export async function startRun(
  deps: StartRunDeps,
  request: StartRunRequest,
  existing: VersionedRecord<ClusterRecord> | undefined,
): Promise<StartResult> {
  const { store, now, wake } = deps;
  const operation: Operation = operations[request.operation];
  const requiredStates = operation.requires;
  if (existing && requiredStates && !requiredStates.includes(existing.value.settledState))
    return { notReady: getClusterState(existing.value) };
  const activeRun = existing?.value.activeRun;
  const active = activeRun === undefined ? undefined : await describeActiveRun(deps, activeRun);
  const isConfirmed = active !== undefined && request.confirmedStop === active.run;
  const takesOver = isConfirmed && !request.requiresApproval;
  if (existing && active) {
    const isBlocked = !canPreempt(request.operation, active.operation) || (operation.isCancelFinal && !isConfirmed);
    if (isBlocked) return { activeRun: active };
    const { queuedRun } = existing.value;
    if (queuedRun && !takesOver) return { activeRun: await describeActiveRun(deps, queuedRun) };
  }
  const observed = await observeBeforeOperation(deps, operation, request.spec);
  if ('blockedBy' in observed) return observed;
  const isQueued = active !== undefined && !takesOver;
  const requestedAt = now().toISOString();
  // Ids sort by time, so that open runs start in the order of their requests.
  const run = `${requestedAt.replaceAll(/[^0-9]/g, '')}-${randomUUID().slice(0, 8)}`;
  await store.write('run', run, await buildRunRecord(deps, request, existing?.value, requestedAt), undefined);
  await store.append(run, [{ type: 'run.requested', operation: request.operation, actor: request.requester }]);
  try {
    const updated = assignRun(request, existing?.value, run, isQueued, requestedAt);
    await store.write('cluster', request.spec.name, updated, existing?.version);
  } catch (error) {
    if (!(error instanceof StaleVersion)) throw error;
    await store.remove('run', run);
    return await startRun(deps, request, await store.read('cluster', request.spec.name));
  }
  // After a crash here, a closed run holds the cluster. The dispatcher reopens it at startup.
  await updateRecord(store, 'run', run, (record) => ({ ...record, open: true }));
  // The runner stops the confirmed run, also after a crash here. A run that is queued ends by itself.
  wake(run);
  if (existing?.value.queuedRun) wake(existing.value.queuedRun);
  return { run, ...observed, ...(isQueued ? { stops: active } : {}) };
}

/** Describes the run that holds a cluster, and wakes it: its approval request may have expired. */
export async function describeActiveRun(
  { store, wake }: Pick<StartRunDeps, 'store' | 'wake'>,
  run: string,
): Promise<ActiveRun> {
  wake(run);
  const record = (await store.read('run', run))?.value;
  const since = new Date(record?.requestedAt ?? 0);
  const requester = record?.requestedBy ?? { team: '', user: '' };
  return { run, operation: record?.operation ?? 'create', requester, since };
}

async function buildRunRecord(
  { store, phases }: StartRunDeps,
  request: StartRunRequest,
  existing: ClusterRecord | undefined,
  requestedAt: string,
): Promise<RunRecord> {
  const { operation, spec, requester: requestedBy, channel, fromPhase, pausesAfterChapters, previousSpec } = request;
  const isReadyAfterwards: boolean = (operations[operation] as Operation).stateAfterSuccess === 'ready';
  const wasReady = existing !== undefined && existing.settledState !== 'deleted' && existing.readySince !== undefined;
  return {
    cluster: spec.name,
    operation,
    spec,
    requestedBy,
    channel,
    requestedAt,
    // Closed until the cluster refers to it. After a crash in between, no runner executes a run without a cluster.
    open: false,
    ...(fromPhase ? { fromPhase } : {}),
    ...(request.requiresApproval ? { requiresApproval: true } : {}),
    ...(pausesAfterChapters ? { pausesAfterChapters: true } : {}),
    ...(isReadyAfterwards && !wasReady ? { isFirstSetup: true } : {}),
    ...(previousSpec && existing
      ? await getPreviousSpec({ store, phases, operations }, previousSpec, existing.runs)
      : {}),
  };
}

/** The cluster's record with the new run. A deleted cluster is created again and belongs to the new requester. */
function assignRun(
  { spec, requester, channel, expiresAt }: StartRunRequest,
  existing: ClusterRecord | undefined,
  run: string,
  isQueued: boolean,
  requestedAt: string,
): ClusterRecord {
  const runs = [...(existing?.runs ?? []), run];
  if (existing && existing.settledState !== 'deleted')
    return { ...existing, runs, ...(isQueued ? { queuedRun: run } : { activeRun: run }) };
  return {
    spec,
    createdBy: requester,
    channel,
    createdAt: requestedAt,
    runs,
    activeRun: run,
    settledState: 'new',
    outputs: {},
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
