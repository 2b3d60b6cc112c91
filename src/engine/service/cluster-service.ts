import { StaleVersion } from '../../store/errors/stale-version.ts';
import { StoreUnavailable } from '../../store/errors/store-unavailable.ts';
import type { Person } from '../../store/person.ts';
import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Store, VersionedRecord } from '../../store/store.ts';
import { getSshRanges } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import type { ClusterSnapshot } from '../diagnostics/cluster-snapshot.ts';
import type { DoctorReport } from '../diagnostics/diagnose-cluster.ts';
import { machineTypePhase, type OperationName, operations } from '../phases/operations.ts';
import type { ClusterPhase } from '../steps/cluster-step.ts';
import { updateRecord } from '../workflow/finalize-run.ts';
import { findOperation } from '../workflow/operation.ts';
import { getPreviousSpec } from '../workflow/previous-spec.ts';
import { decideApproval, getPendingApproval } from './approvals.ts';
import { buildAuditLog } from './audit-log.ts';
import { continueRun } from './chapter-pauses.ts';
import type {
  ClusterService,
  ClusterStatus,
  Kubeconfig,
  RunView,
  StartResult,
  StartResultOrNotFound,
} from './cluster-service-types.ts';
import { extendTtl } from './extend-ttl.ts';
import { listActiveGrants } from './kubeconfig-grants.ts';
import { getPhaseCommands } from './phase-commands.ts';
import { revokeKubeconfigs } from './revoke-kubeconfigs.ts';
import { RunViewCache } from './run-view-cache.ts';
import { getActiveRunResult, type StartRunRequest, startRun } from './start-run.ts';

export interface ClusterServiceOptions {
  readonly store: Store;
  readonly phases: readonly ClusterPhase[];
  readonly now: () => Date;
  /** Where machines download from. */
  readonly mirror?: string | undefined;
  /** Something was asked of a run: the dispatcher and the outbox look at it. */
  wake(run: string): void;
  /** The store was away while something was asked: nobody knows how far that came. */
  rescanOpenRuns?(): void;
  issueKubeconfig(record: ClusterRecord, requester: Person, hours: number): Promise<Kubeconfig>;
  /** Takes the access of revoked kubeconfigs away, now. @throws KthwError when the cluster's API does not answer */
  removeRevokedBindings(record: ClusterRecord): Promise<void>;
  /** Why a cluster can't be of this machine type; undefined: it can. */
  findMachineTypeProblem(spec: ClusterSpec): Promise<string | undefined>;
  /** @param outputs what is known of the cluster, also by a run that is not over */
  runDoctor(record: ClusterRecord, outputs: ClusterRecord['outputs']): Promise<DoctorReport>;
  getSnapshot(record: ClusterRecord, outputs: ClusterRecord['outputs']): Promise<ClusterSnapshot>;
}

/** What commands may ask of the engine. Every answer comes soon: the work itself is a run. */
export function createClusterService(options: ClusterServiceOptions): ClusterService {
  const { store, phases, now, wake } = options;
  const views = new RunViewCache(store, phases);

  async function createCluster({
    ttlMs,
    ...request
  }: Parameters<ClusterService['createCluster']>[0]): Promise<StartResult> {
    const found = await store.read('cluster', request.spec.name);
    if (found && found.value.state !== 'deleted') {
      const differences = listDifferences(request.spec, found.value.spec);
      if (differences.length > 0) return { differences };
      if (found.value.activeRun) return await getActiveRunResult(options, found.value.activeRun);
      if (found.value.state === 'ready') return { unchanged: found.value };
      return await resumeRun(request.spec.name, request.requester).then((a) =>
        'notFound' in a ? { unchanged: found.value } : a,
      );
    }
    return await startNewRun(
      {
        operation: 'create',
        ...request,
        ...(ttlMs === undefined ? {} : { expiresAt: new Date(+now() + ttlMs).toISOString() }),
      },
      found,
    );
  }

  function resumeRun(name: string, requester: Person): Promise<StartResultOrNotFound> {
    return rescanOnStoreFailure(tryResume(name, requester));
  }

  async function tryResume(name: string, actor: Person): Promise<StartResultOrNotFound> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { notFound: true };
    if (found.value.activeRun) return await getActiveRunResult(options, found.value.activeRun);
    const run = found.value.runs.at(-1);
    const [view, record] = run ? await Promise.all([views.getRunView(run), store.read('run', run)]) : [];
    const isFinished = view?.outcome === 'succeeded' && view.problems.length === 0;
    if (!run || isFinished) return { unchanged: found.value };
    try {
      await store.write(
        'cluster',
        name,
        {
          ...found.value,
          spec: (view?.operation !== 'delete' && record?.value.spec) || found.value.spec,
          activeRun: run,
          state: getStateAfterResume(view, found.value),
        },
        found.version,
      );
    } catch (error) {
      if (error instanceof StaleVersion) return await tryResume(name, actor);
      throw error;
    }
    // Should this process end here, the run is still closed and the cluster held: the dispatcher opens it at its start.
    await store.append(run, [{ type: 'run.resumed', actor }]);
    await updateRecord(store, 'run', run, (record) => ({ ...record, open: true }));
    wake(run);
    return { run };
  }

  async function cancelRun(name: string, actor: Person): Promise<StartResultOrNotFound> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { notFound: true };
    const run = found.value.activeRun;
    if (!run) return { unchanged: found.value };
    await store.append(run, [{ type: 'run.cancelRequested', actor }]);
    wake(run);
    return { run };
  }

  async function startOperation(
    operation: OperationName,
    name: string,
    requester: Person,
    channel: string,
  ): Promise<StartResultOrNotFound> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { notFound: true };
    return await startNewRun({ operation, spec: found.value.spec, requester, channel }, found);
  }

  async function resizeCluster(
    name: string,
    { machineType, requester, channel }: Parameters<ClusterService['resizeCluster']>[1],
  ): ReturnType<ClusterService['resizeCluster']> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { notFound: true };
    const { state, spec, runs } = found.value;
    if (spec.machineType === machineType) {
      // It is to be so already: either it is, or the run that makes it so goes on.
      const lastOperation = (await store.read('run', runs.at(-1) ?? ''))?.value.operation;
      return state === 'ready' && lastOperation !== 'resize'
        ? { unchanged: found.value }
        : await resumeRun(name, requester);
    }
    const desiredSpec = { ...spec, machineType, forceSize: false };
    const problem = await options.findMachineTypeProblem(desiredSpec);
    if (problem) return { problem };
    const startOptions =
      state === 'ready'
        ? { operation: 'resize' as const }
        : { operation: 'rebuild' as const, fromPhase: machineTypePhase };
    return await startNewRun({ ...startOptions, spec: desiredSpec, previousSpec: spec, requester, channel }, found);
  }

  async function deleteCluster(name: string, requester: Person, channel: string): Promise<StartResultOrNotFound> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { notFound: true };
    const { previousSpec: spec } = await getPreviousSpec(store, operations, found.value.spec, found.value.runs);
    return await startNewRun({ operation: 'delete', spec, requester, channel }, found);
  }

  /** A run that changes what the cluster is. */
  async function startChange(
    name: string,
    buildRequest: (spec: ClusterSpec) => StartRunRequest | undefined,
  ): Promise<StartResultOrNotFound> {
    const found = await store.read('cluster', name);
    if (!found || found.value.state === 'deleted') return { notFound: true };
    const request = buildRequest(found.value.spec);
    return request
      ? await startNewRun({ ...request, previousSpec: found.value.spec }, found)
      : { unchanged: found.value };
  }

  function startNewRun(
    request: StartRunRequest,
    existing: VersionedRecord<ClusterRecord> | undefined,
  ): Promise<StartResult> {
    return rescanOnStoreFailure(startRun(options, request, existing));
  }

  /** What was begun and not ended, because the store went away in between, goes on or is ended once it is back. */
  async function rescanOnStoreFailure<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof StoreUnavailable) options.rescanOpenRuns?.();
      throw error;
    }
  }

  async function loadStatus(found: VersionedRecord<ClusterRecord>): Promise<ClusterStatus> {
    const run = found.value.runs.at(-1);
    const latestRun = run ? await views.getRunView(run) : undefined;
    return { name: found.id, record: found.value, ...(latestRun ? { latestRun } : {}) };
  }

  return {
    createCluster,
    resumeRun,
    cancelRun,
    runSmokeTest: (name, requester, channel) => startOperation('smoke', name, requester, channel),
    deleteCluster,
    async getStatus(name) {
      const found = await store.read('cluster', name);
      return found && found.value.state !== 'deleted' ? await loadStatus(found) : undefined;
    },
    async listClusters() {
      const found = await store.list('cluster', { limit: 200 });
      return await Promise.all(found.filter((c) => c.value.state !== 'deleted').map(loadStatus));
    },
    async issueKubeconfig(name, requester, hours = 24) {
      const found = await store.read('cluster', name);
      if (!found || found.value.state === 'deleted') return undefined;
      if (found.value.state !== 'ready') return { notReady: found.value.state };
      try {
        return await options.issueKubeconfig(found.value, requester, hours);
      } catch (error) {
        if (error instanceof KthwError && error.kind === 'transient') return { notReady: error.message };
        throw error;
      }
    },
    listGrants: (name) => listActiveGrants(store, name, now()),
    revokeKubeconfigs: (name, request) => revokeKubeconfigs(options, name, request),
    resizeCluster,
    async getSnapshot(name) {
      const found = await store.read('cluster', name);
      if (!found || found.value.state === 'deleted') return { notFound: true };
      const { latestRun } = await loadStatus(found);
      return await options.getSnapshot(found.value, { ...found.value.outputs, ...latestRun?.outputs });
    },
    async runDoctor(name) {
      const found = await store.read('cluster', name);
      if (!found || found.value.state === 'deleted') return { notFound: true };
      const { latestRun } = await loadStatus(found);
      return await options.runDoctor(found.value, { ...found.value.outputs, ...latestRun?.outputs });
    },
    rebuildCluster: (name, { fromPhase, machineType, requester, channel }) =>
      startChange(name, (spec) => ({
        operation: 'rebuild',
        fromPhase,
        spec: { ...spec, ...(machineType ? { machineType } : {}) },
        requester,
        channel,
      })),
    async scaleCluster(name, { workers, requester, channel }) {
      const result = await startChange(name, (spec) =>
        spec.workers === workers ? undefined : { operation: 'scale', spec: { ...spec, workers }, requester, channel },
      );
      if (!('unchanged' in result)) return result;
      // It is to be so already: either it is, or the scaling that makes it so goes on.
      const lastOperation = (await store.read('run', result.unchanged.runs.at(-1) ?? ''))?.value.operation;
      return lastOperation === 'scale' ? await resumeRun(name, requester) : result;
    },
    continueRun: (run, chapter, decidedBy, decision) => continueRun(options, run, chapter, decidedBy, decision),
    getPhaseCommands: (run, phase) => getPhaseCommands(options, run, phase),
    getPendingApproval: (run) => getPendingApproval(options, run),
    decideApproval: (run, digest, decidedBy, approved) => decideApproval(options, run, digest, decidedBy, approved),
    getAuditLog: (name) => buildAuditLog(store, phases, name),
    extendTtl: (name, expectedExpiry, hours, requester) =>
      extendTtl(options, name, expectedExpiry, hours * 3_600_000, requester),
    getRunView: (run) => views.getRunView(run),
  };
}

/** A cluster that works goes on working while what was left over is done, or what changes a cluster that works. */
function getStateAfterResume(view: RunView | undefined, { state }: ClusterRecord): ClusterRecord['state'] {
  if (!view || view.outcome === 'succeeded') return view ? state : 'provisioning';
  const { resumed, running } = findOperation(operations, view.operation)?.clusterStates ?? {};
  return resumed ?? running ?? state;
}

function listDifferences(desired: ClusterSpec, actual: ClusterSpec) {
  return (Object.keys(desired) as (keyof ClusterSpec)[])
    .filter((field) => field !== 'forceSize')
    .map((field) => ({ field, desired: formatField(desired, field), actual: formatField(actual, field) }))
    .filter((d) => d.desired !== d.actual);
}

function formatField(spec: ClusterSpec, field: keyof ClusterSpec): string {
  return field === 'sshRanges' ? getSshRanges(spec).toSorted().join() : String(spec[field]);
}
