import { randomUUID } from 'node:crypto';
import type { Person } from '../../store/person.ts';
import type { ClusterRecord, ClusterSpec, RunRecord } from '../../store/records.ts';
import { StaleVersion, type Store, type VersionedRecord } from '../../store/store.ts';
import type { OperationName } from '../phases/operations.ts';
import { canPreempt, operations } from '../phases/operations.ts';
import { updateRecord } from '../workflow/finalize-run.ts';
import { getPreviousSpec } from '../workflow/previous-spec.ts';
import type { StartResult } from './cluster-service.ts';

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
}

interface StartRunDeps {
  readonly store: Store;
  readonly now: () => Date;
  wake(run: string): void;
}

/** Opens a run and assigns the cluster to it by compare-and-set. The loser of a race gets the active run. */
export async function startRun(
  deps: StartRunDeps,
  request: StartRunRequest,
  existing: VersionedRecord<ClusterRecord> | undefined,
): Promise<StartResult> {
  const { store, now, wake } = deps;
  const activeRunId = existing?.value.activeRun;
  const activeRunRecord = activeRunId ? await store.read('run', activeRunId) : undefined;
  const activeOperation = activeRunRecord?.value.operation;
  const isPreempting = activeOperation !== undefined && canPreempt(request.operation, activeOperation);
  if (activeRunId && !isPreempting) return await getActiveRunResult(deps, activeRunId);
  const { operation, spec, requester: requestedBy, channel } = request;
  const requestedAt = now().toISOString();
  // Ids sort by time, so that open runs start in the order of their requests.
  const run = `${requestedAt.replaceAll(/[^0-9]/g, '')}-${randomUUID().slice(0, 8)}`;
  // Closed until the cluster refers to it. After a crash in between, no runner executes a run without a cluster.
  const record: RunRecord = {
    cluster: spec.name,
    operation,
    spec,
    requestedBy,
    channel,
    requestedAt,
    open: false,
    ...(request.fromPhase ? { fromPhase: request.fromPhase } : {}),
    ...(request.pausesAfterChapters ? { pausesAfterChapters: true } : {}),
    ...(request.previousSpec && existing
      ? await getPreviousSpec(store, operations, request.previousSpec, existing.value.runs)
      : {}),
  };
  await store.write('run', run, record, undefined);
  await store.append(run, [{ type: 'run.requested', operation, actor: requestedBy }]);
  const newCluster: Omit<ClusterRecord, 'runs'> = {
    spec,
    createdBy: requestedBy,
    channel,
    createdAt: requestedAt,
    state: 'provisioning',
    outputs: {},
    ...(request.expiresAt === undefined ? {} : { expiresAt: request.expiresAt }),
  };
  // A recreated cluster belongs to the new requester.
  const isDeleted = existing?.value.state === 'deleted';
  const previousRecord: ClusterRecord =
    existing && !isDeleted ? existing.value : { ...newCluster, runs: existing?.value.runs ?? [] };
  const updatedRecord: ClusterRecord = {
    ...previousRecord,
    spec: operation === 'delete' ? previousRecord.spec : spec,
    activeRun: run,
    runs: [...previousRecord.runs, run],
    state: getStateDuringRun(operation, previousRecord),
  };
  try {
    await store.write('cluster', spec.name, updatedRecord, existing?.version);
  } catch (error) {
    if (!(error instanceof StaleVersion)) throw error;
    await store.remove('run', run);
    return await startRun(deps, request, await store.read('cluster', spec.name));
  }
  // After a crash here, a closed run holds the cluster. The dispatcher reopens it at startup.
  await updateRecord(store, 'run', run, (runRecord) => ({ ...runRecord, open: true }));
  if (activeRunId) {
    await store.append(activeRunId, [{ type: 'run.cancelRequested', actor: requestedBy }]);
    wake(activeRunId);
  }
  wake(run);
  return { run };
}

export async function getActiveRunResult({ store, wake }: StartRunDeps, run: string): Promise<StartResult> {
  // The run may wait for an expired approval. Waking it ends it.
  wake(run);
  const record = (await store.read('run', run))?.value;
  const since = new Date(record?.requestedAt ?? 0);
  const requester = record?.requestedBy ?? { team: '', user: '' };
  return { activeRun: { run, operation: record?.operation ?? 'create', requester, since } };
}

function getStateDuringRun(operation: string | undefined, previousRecord?: ClusterRecord): ClusterRecord['state'] {
  if (operation === 'delete') return 'deleting';
  return operation === 'create' || !previousRecord ? 'provisioning' : previousRecord.state;
}
