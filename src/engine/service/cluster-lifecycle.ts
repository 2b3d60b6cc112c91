import type { Person } from '../../store/person.ts';
import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import { StaleVersion, StoreUnavailable, type VersionedRecord } from '../../store/store.ts';
import { getSshRanges } from '../cluster/cluster.ts';
import { findDiskProblem } from '../cluster/find-disk-problem.ts';
import { downloads } from '../phases/downloads.ts';
import { machineTypePhase, type OperationName, operations } from '../phases/operations.ts';
import { getClusterState } from '../workflow/cluster-state.ts';
import { updateRecord } from '../workflow/finalize-run.ts';
import { findOperation } from '../workflow/operation.ts';
import { getPreviousSpec } from '../workflow/previous-spec.ts';
import type { Step } from '../workflow/step.ts';
import type { ClusterLifecycle, StartResult, StartResultOrNotFound } from './cluster-service.ts';
import type { ClusterServiceOptions } from './create-cluster-service.ts';
import { extendTtl } from './extend-ttl.ts';
import { findNewerChange } from './find-newer-change.ts';
import { findResumableRun } from './find-resumable-run.ts';
import { observeBeforeOperation } from './list-missing-parts.ts';
import { readActiveCluster } from './load-cluster-status.ts';
import type {
  CreateClusterRequest,
  DeleteConfirmation,
  RebuildClusterRequest,
  ResizeClusterRequest,
  ScaleClusterRequest,
} from './run-request.ts';
import type { RunViewCache } from './run-view-cache.ts';
import { describeActiveRun, type StartRunRequest, startRun } from './start-run.ts';

const hourMs = 3_600_000;

export function createClusterLifecycle(options: ClusterServiceOptions, views: RunViewCache): ClusterLifecycle {
  const { store, phases, now, wake } = options;
  const specDeps = { store, phases, operations };

  async function createCluster(createRequest: CreateClusterRequest): Promise<StartResult> {
    const { ttlMs, ...request } = createRequest;
    const { name } = request.spec;
    const found = await store.read('cluster', name);
    if (found && found.value.settledState !== 'deleted') {
      const differences = listDifferences(request.spec, found.value.spec);
      const isIdle = found.value.settledState === 'ready' && !found.value.activeRun;
      if (differences.length > 0) return { differences, shownRun: isIdle ? found.value.runs.at(-1) : undefined };
      if (found.value.activeRun) return { activeRun: await describeActiveRun(options, found.value.activeRun) };
      if (found.value.settledState === 'ready') return { unchanged: 'ready' };
      const result = await resumeRun(name, request.requester);
      return 'notFound' in result ? await createCluster(createRequest) : result;
    }
    const problem = request.spec.forceSize ? undefined : await options.findMachineTypeProblem(request.spec);
    if (problem) return problem;
    const expiry = ttlMs === undefined ? {} : { expiresAt: new Date(+now() + ttlMs).toISOString() };
    return await startNewRun({ operation: 'create', ...request, ...expiry }, found);
  }

  function resumeRun(name: string, requester: Person, run?: string): Promise<StartResultOrNotFound> {
    return rescanOnStoreFailure(tryResume(name, requester, run));
  }

  async function tryResume(name: string, actor: Person, requestedRun?: string): Promise<StartResultOrNotFound> {
    const found = await store.read('cluster', name);
    if (!found || (found.value.settledState === 'deleted' && requestedRun === undefined)) return { notFound: true };
    if (found.value.activeRun) return { activeRun: await describeActiveRun(options, found.value.activeRun) };
    const target = await findResumableRun(views, found.value, requestedRun);
    if (!('run' in target)) return target;
    const { run } = target;
    const record = (await store.read('run', run))?.value;
    const operation = record && findOperation<Step>(operations, record.operation);
    const observed = operation ? await observeBeforeOperation(options, operation, record.spec) : {};
    if ('blockedBy' in observed) return observed;
    const runs = [...found.value.runs.filter((id) => id !== run), run];
    try {
      await store.write('cluster', name, { ...found.value, activeRun: run, runs }, found.version);
    } catch (error) {
      if (error instanceof StaleVersion) return await tryResume(name, actor, requestedRun);
      throw error;
    }
    // After a crash here, the run is closed but still holds the cluster. The dispatcher reopens it at startup.
    await store.append(run, [{ type: 'run.resumed', actor }]);
    await updateRecord(store, 'run', run, (runRecord) => ({ ...runRecord, open: true }));
    wake(run);
    return { run, ...observed };
  }

  async function cancelRun(name: string, actor: Person, requestedRun?: string): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    const { activeRun, queuedRun } = found.value;
    const run = requestedRun ?? activeRun ?? queuedRun;
    if (run === undefined) return { unchanged: getClusterState(found.value) };
    if (run !== activeRun && run !== queuedRun) return { notCurrent: 'ended' };
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
    { machineType, shownRun, requester, channel }: ResizeClusterRequest,
  ): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    const outdated = shownRun === undefined ? undefined : await findNewerChange(views, found.value, shownRun);
    if (outdated) return outdated;
    const { settledState, spec } = found.value;
    const unfinished = await findUnfinishedRun(found.value, 'resize', (run) => run.machineType === machineType);
    if (unfinished) return await resumeRun(name, requester, unfinished);
    if (spec.machineType === machineType)
      return settledState === 'ready' ? { unchanged: 'ready' } : await resumeRun(name, requester);
    const desiredSpec = { ...spec, machineType, forceSize: false };
    const diskProblem = findDiskProblem(spec.machineType, machineType);
    if (diskProblem) return { problem: diskProblem };
    const problem = await options.findMachineTypeProblem(desiredSpec);
    if (problem) {
      const canHelp = problem.suggestedMachineType !== spec.machineType;
      return { ...problem, shownRun: canHelp ? found.value.runs.at(-1) : undefined };
    }
    const change = { spec: desiredSpec, previousSpec: spec, requester, channel };
    return await startNewRun(
      settledState === 'ready'
        ? { operation: 'resize', ...change }
        : { operation: 'rebuild', fromPhase: machineTypePhase, ...change },
      found,
    );
  }

  async function scaleCluster(
    name: string,
    { workers, shownRun, requester, channel }: ScaleClusterRequest,
  ): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    const outdated = shownRun === undefined ? undefined : await findNewerChange(views, found.value, shownRun);
    if (outdated) return outdated;
    const { spec, runs } = found.value;
    const unfinished = await findUnfinishedRun(found.value, 'scale', (run) => run.workers === workers);
    if (unfinished) return await resumeRun(name, requester, unfinished);
    // An interrupted scaling can leave workers that the spec doesn't count. Scaling to the spec removes them.
    const { previousSpec } = await getPreviousSpec(specDeps, spec, runs);
    if (spec.workers === workers && previousSpec.workers === workers)
      return { unchanged: getClusterState(found.value) };
    const change = { spec: { ...spec, workers }, previousSpec: spec, requester, channel };
    return await startNewRun({ operation: 'scale', ...change }, found);
  }

  async function deleteCluster(
    name: string,
    requester: Person,
    channel: string,
    { stops: confirmedStop, shownRun, requiresApproval }: DeleteConfirmation = {},
  ): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    const outdated = shownRun === undefined ? undefined : await findNewerChange(views, found.value, shownRun);
    if (outdated) return outdated;
    const { previousSpec: spec } = await getPreviousSpec(specDeps, found.value.spec, found.value.runs);
    return await startNewRun({ operation: 'delete', spec, requester, channel, confirmedStop, requiresApproval }, found);
  }

  async function rebuildCluster(
    name: string,
    { fromPhase, machineType, requester, channel }: RebuildClusterRequest,
  ): Promise<StartResultOrNotFound> {
    const found = await readActiveCluster(store, name);
    if (!found) return { notFound: true };
    const { spec: previousSpec } = found.value;
    const spec = machineType === undefined ? previousSpec : { ...previousSpec, machineType };
    const problem = machineType === undefined ? undefined : await options.findMachineTypeProblem(spec);
    return (
      problem ?? (await startNewRun({ operation: 'rebuild', fromPhase, spec, previousSpec, requester, channel }, found))
    );
  }

  async function startNewRun(
    request: StartRunRequest,
    existing: VersionedRecord<ClusterRecord> | undefined,
  ): Promise<StartResult> {
    const problem = willDownload(request) ? await findVersionProblem(request.spec) : undefined;
    return problem ?? (await rescanOnStoreFailure(startRun(options, request, existing)));
  }

  /** Whether an instance will download components: a new one, or all after a rebuild removed theirs. */
  function willDownload({ operation, spec, previousSpec, fromPhase }: StartRunRequest): boolean {
    const findPosition = (name: string | undefined) => phases.findIndex((phase) => phase.name === name);
    if (operation === 'rebuild') return findPosition(fromPhase) <= findPosition(downloads.name);
    return operation === 'create' || (operation === 'scale' && spec.workers > (previousSpec?.workers ?? 0));
  }

  async function findVersionProblem({ version }: ClusterSpec): Promise<StartResult | undefined> {
    const versions = await options.loadVersions?.();
    if (!versions || versions.includes(version)) return undefined;
    return { unavailableVersion: version, availableVersions: versions };
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

  /** A stopped run of an operation that a repeated request continues. */
  async function findUnfinishedRun(
    { runs, activeRun }: ClusterRecord,
    operation: OperationName,
    isSameTarget: (spec: ClusterSpec) => boolean,
  ): Promise<string | undefined> {
    const run = runs.at(-1);
    if (activeRun !== undefined || run === undefined) return undefined;
    const [view, record] = await Promise.all([views.getRunView(run), store.read('run', run)]);
    const isContinued = view?.canResume && view.operation === operation && record && isSameTarget(record.value.spec);
    return isContinued ? run : undefined;
  }

  return {
    createCluster,
    resumeRun,
    cancelRun,
    runSmokeTest: (name, requester, channel) => startOperation('smoke', name, requester, channel),
    deleteCluster,
    rebuildCluster,
    resizeCluster,
    scaleCluster,
    extendTtl: (name, expectedExpiry, hours, requester) =>
      extendTtl(options, name, expectedExpiry, hours * hourMs, requester),
  };
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
