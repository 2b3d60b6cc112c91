import type { Person } from '../../store/person.ts';
import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import { StaleVersion, StoreUnavailable, type VersionedRecord } from '../../store/store.ts';
import { getSshRanges } from '../cluster/cluster.ts';
import { machineTypePhase, type OperationName, operations } from '../phases/operations.ts';
import { updateRecord } from '../workflow/finalize-run.ts';
import { findOperation } from '../workflow/operation.ts';
import { getPreviousSpec } from '../workflow/previous-spec.ts';
import type {
  ClusterLifecycle,
  CreateClusterRequest,
  ResizeClusterRequest,
  RunView,
  ScaleClusterRequest,
  StartResult,
  StartResultOrNotFound,
} from './cluster-service.ts';
import type { ClusterServiceOptions } from './create-cluster-service.ts';
import { extendTtl } from './extend-ttl.ts';
import { readActiveCluster } from './read-active-cluster.ts';
import type { RunViewCache } from './run-view-cache.ts';
import { getActiveRunResult, type StartRunRequest, startRun } from './start-run.ts';

const hourMs = 3_600_000;

export function createClusterLifecycle(options: ClusterServiceOptions, views: RunViewCache): ClusterLifecycle {
  const { store, now, wake } = options;

  async function createCluster({ ttlMs, ...request }: CreateClusterRequest): Promise<StartResult> {
    const found = await store.read('cluster', request.spec.name);
    if (found && found.value.state !== 'deleted') {
      const differences = listDifferences(request.spec, found.value.spec);
      if (differences.length > 0) return { differences };
      if (found.value.activeRun) return await getActiveRunResult(options, found.value.activeRun);
      if (found.value.state === 'ready') return { unchanged: found.value };
      const result = await resumeRun(request.spec.name, request.requester);
      return 'notFound' in result ? { unchanged: found.value } : result;
    }
    const expiry = ttlMs === undefined ? {} : { expiresAt: new Date(+now() + ttlMs).toISOString() };
    return await startNewRun({ operation: 'create', ...request, ...expiry }, found);
  }

  function resumeRun(name: string, requester: Person): Promise<StartResultOrNotFound> {
    return rescanOnStoreFailure(tryResume(name, requester));
  }

  async function tryResume(name: string, actor: Person): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    if (found.value.activeRun) return await getActiveRunResult(options, found.value.activeRun);
    const run = found.value.runs.at(-1);
    const [view, record] = run ? await Promise.all([views.getRunView(run), store.read('run', run)]) : [];
    const isFinished = view?.outcome === 'succeeded' && view.problems.length === 0;
    if (!run || isFinished) return { unchanged: found.value };
    const updated: ClusterRecord = {
      ...found.value,
      spec: (view?.operation !== 'delete' && record?.value.spec) || found.value.spec,
      activeRun: run,
      state: getStateAfterResume(view, found.value),
    };
    try {
      await store.write('cluster', name, updated, found.version);
    } catch (error) {
      if (error instanceof StaleVersion) return await tryResume(name, actor);
      throw error;
    }
    // After a crash here, the run is closed but still holds the cluster. The dispatcher reopens it at startup.
    await store.append(run, [{ type: 'run.resumed', actor }]);
    await updateRecord(store, 'run', run, (runRecord) => ({ ...runRecord, open: true }));
    wake(run);
    return { run };
  }

  async function cancelRun(name: string, actor: Person): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
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
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    return await startNewRun({ operation, spec: found.value.spec, requester, channel }, found);
  }

  async function resizeCluster(
    name: string,
    { machineType, requester, channel }: ResizeClusterRequest,
  ): ReturnType<ClusterLifecycle['resizeCluster']> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    const { state, spec } = found.value;
    if (spec.machineType === machineType) {
      // The spec changes when the run starts. An unfinished resize therefore continues here.
      return state === 'ready' && (await readLastOperation(found.value)) !== 'resize'
        ? { unchanged: found.value }
        : await resumeRun(name, requester);
    }
    const desiredSpec = { ...spec, machineType, forceSize: false };
    const problem = await options.findMachineTypeProblem(desiredSpec);
    if (problem) return { problem };
    const change = { spec: desiredSpec, previousSpec: spec, requester, channel };
    return await startNewRun(
      state === 'ready'
        ? { operation: 'resize', ...change }
        : { operation: 'rebuild', fromPhase: machineTypePhase, ...change },
      found,
    );
  }

  async function scaleCluster(
    name: string,
    { workers, requester, channel }: ScaleClusterRequest,
  ): Promise<StartResultOrNotFound> {
    const result = await startChange(name, (spec) =>
      spec.workers === workers ? undefined : { operation: 'scale', spec: { ...spec, workers }, requester, channel },
    );
    if (!('unchanged' in result)) return result;
    // The spec changes when the run starts. An unfinished scaling therefore continues here.
    return (await readLastOperation(result.unchanged)) === 'scale' ? await resumeRun(name, requester) : result;
  }

  async function deleteCluster(name: string, requester: Person, channel: string): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    const { previousSpec: spec } = await getPreviousSpec(store, operations, found.value.spec, found.value.runs);
    return await startNewRun({ operation: 'delete', spec, requester, channel }, found);
  }

  /** Starts a run that changes the cluster's spec. `buildRequest` returns undefined when nothing would change. */
  async function startChange(
    name: string,
    buildRequest: (spec: ClusterSpec) => StartRunRequest | undefined,
  ): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
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

  /** A store failure can leave a run half recorded. The rescan completes or closes it once the store is available. */
  async function rescanOnStoreFailure<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof StoreUnavailable) options.rescanOpenRuns?.();
      throw error;
    }
  }

  async function readLastOperation({ runs }: ClusterRecord): Promise<string | undefined> {
    return (await store.read('run', runs.at(-1) ?? ''))?.value.operation;
  }

  return {
    createCluster,
    resumeRun,
    cancelRun,
    runSmokeTest: (name, requester, channel) => startOperation('smoke', name, requester, channel),
    deleteCluster,
    rebuildCluster: (name, { fromPhase, machineType, requester, channel }) =>
      startChange(name, (spec) => ({
        operation: 'rebuild',
        fromPhase,
        spec: { ...spec, ...(machineType ? { machineType } : {}) },
        requester,
        channel,
      })),
    resizeCluster,
    scaleCluster,
    extendTtl: (name, expectedExpiry, hours, requester) =>
      extendTtl(options, name, expectedExpiry, hours * hourMs, requester),
  };
}

/** A ready cluster stays ready while a run retries deferred steps or changes the cluster in place. */
function getStateAfterResume(view: RunView | undefined, { state }: ClusterRecord): ClusterRecord['state'] {
  if (!view || view.outcome === 'succeeded') return view ? state : 'provisioning';
  const { resumed, running } = findOperation(operations, view.operation)?.clusterStates ?? {};
  return resumed ?? running ?? state;
}

function listDifferences(desired: ClusterSpec, actual: ClusterSpec) {
  return (Object.keys(desired) as (keyof ClusterSpec)[])
    .filter((field) => field !== 'forceSize')
    .map((field) => ({ field, desired: formatField(desired, field), actual: formatField(actual, field) }))
    .filter((difference) => difference.desired !== difference.actual);
}

function formatField(spec: ClusterSpec, field: keyof ClusterSpec): string {
  return field === 'sshRanges' ? getSshRanges(spec).toSorted().join() : String(spec[field]);
}
