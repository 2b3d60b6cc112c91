import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { DigestLookup } from '../cluster/digests.ts';
import { KthwError } from '../cluster/errors.ts';
import type { ClusterSnapshot } from '../diagnostics/cluster-snapshot.ts';
import type { DoctorReport } from '../diagnostics/diagnose-cluster.ts';
import type { MissingPart } from '../diagnostics/find-missing-parts.ts';
import type { InspectionAccess } from '../diagnostics/inspect-instances.ts';
import type { MachineTypeProblem } from '../gcp/compute/find-machine-type-problem.ts';
import type { ClusterPhase } from '../steps/cluster-step.ts';
import type { DeletionBlocker } from '../steps/deletion-blockers.ts';
import { decideApproval, getPendingApproval } from './approvals.ts';
import { buildAuditLog } from './audit-log.ts';
import type { Budgets } from './budgets/budgets.ts';
import { withBudgets } from './budgets/with-budgets.ts';
import { createClusterLifecycle } from './cluster-lifecycle.ts';
import type { ClusterQueries, ClusterService, DiagnosticsService, NotFound } from './cluster-service.ts';
import { continueRun } from './continue-run.ts';
import { createKubeconfigDelivery } from './kubeconfigs/kubeconfig-delivery.ts';
import type { Kubeconfig, KubeconfigRequest, KubeconfigService } from './kubeconfigs/kubeconfig-service.ts';
import { listActiveGrants } from './kubeconfigs/list-grants.ts';
import { revokeKubeconfigs } from './kubeconfigs/revoke-kubeconfigs.ts';
import { listDeletionBlockers } from './list-deletion-blockers.ts';
import { listMissingParts } from './list-missing-parts.ts';
import { loadClusterStatus, readActiveCluster } from './load-cluster-status.ts';
import { getPhaseCommands } from './phase-commands.ts';
import { RunViewCache } from './run-view-cache.ts';

export interface ClusterServiceOptions {
  readonly store: Store;
  readonly phases: readonly ClusterPhase[];
  readonly now: () => Date;
  /** Base URL from which instances download components. @default the upstream hosts */
  readonly mirror?: string | undefined;
  /** @default the table of this release */
  readonly digests?: DigestLookup;
  /** Tells the dispatcher and the notifier that a run has a new request. */
  wake(run: string): void;
  /** Called after the store failed during a request, which may have left a run half recorded. */
  rescanOpenRuns?(): void;
  issueKubeconfig(record: ClusterRecord, request: KubeconfigRequest): Promise<Kubeconfig>;
  /** Deletes the cluster's bindings of revoked kubeconfigs. @throws KthwError when the cluster's API is unreachable */
  removeRevokedBindings(record: ClusterRecord): Promise<void>;
  /** Returns why a cluster can't use its machine type, or undefined, also when that is unknown. */
  findMachineTypeProblem(spec: ClusterSpec): Promise<MachineTypeProblem | undefined>;
  /** Limits of the policy. @default none */
  readonly budgets?: Budgets | undefined;
  /** vCPUs of a machine type; 0 if it doesn't exist. Required for a limit of vCPUs. @throws KthwError */
  getVcpus?(machineType: string, zone: string): Promise<number>;
  /** Kubernetes versions that can be downloaded. @default doesn't check */
  loadVersions?(): Promise<readonly string[]>;
  runDoctor(record: ClusterRecord, access: InspectionAccess): Promise<DoctorReport>;
  getSnapshot(record: ClusterRecord, access: InspectionAccess): Promise<ClusterSnapshot>;
  /** @default reports nothing */
  observeMissingParts?(record: ClusterRecord): Promise<readonly MissingPart[]>;
  /** @default reports nothing */
  observeDeletionBlockers?(record: ClusterRecord): Promise<readonly DeletionBlocker[]>;
}

export function createClusterService(options: ClusterServiceOptions): ClusterService {
  const views = new RunViewCache(options.store, options.phases);
  return {
    ...withBudgets(createClusterLifecycle(options, views), options),
    ...createClusterQueries(options, views),
    getPendingApproval: (run) => getPendingApproval(options, run),
    decideApproval: (run, digest, decidedBy, approved) => decideApproval(options, run, digest, decidedBy, approved),
    continueRun: (run, chapter, decidedBy, decision) => continueRun(options, run, chapter, decidedBy, decision),
    ...createKubeconfigService(options, views),
    ...createDiagnosticsService(options),
  };
}

function createClusterQueries(options: ClusterServiceOptions, views: RunViewCache): ClusterQueries {
  const { store, phases } = options;
  return {
    async getStatus(name) {
      const found = await readActiveCluster(store, name);
      return found && (await loadClusterStatus(found, views));
    },
    async listClusters() {
      const found = await store.listActiveClusters();
      return await Promise.all(found.map((cluster) => loadClusterStatus(cluster, views)));
    },
    getRunView: (run, throughSeq) => views.getRunView(run, throughSeq),
    getAuditLog: (name) => buildAuditLog(store, phases, name),
    getPhaseCommands: (run, phase) => getPhaseCommands(options, run, phase),
  };
}

function createKubeconfigService(options: ClusterServiceOptions, views: RunViewCache): KubeconfigService {
  const { store, now } = options;
  return {
    async issueKubeconfig(name, request) {
      const found = await readActiveCluster(store, name);
      if (!found) return undefined;
      const { state } = await loadClusterStatus(found, views);
      if (state !== 'ready') return { notReady: state };
      try {
        return await options.issueKubeconfig(found.value, request);
      } catch (error) {
        if (error instanceof KthwError && error.kind === 'transient') return { notReady: error.message };
        throw error;
      }
    },
    ...createKubeconfigDelivery(options),
    listGrants: (name) => listActiveGrants(store, name, now(), { isDelivered: true }),
    revokeKubeconfigs: (name, request) => revokeKubeconfigs(options, name, request),
  };
}

function createDiagnosticsService(options: ClusterServiceOptions): DiagnosticsService {
  async function inspect<T>(
    name: string,
    inspectCluster: (record: ClusterRecord) => Promise<T>,
  ): Promise<T | NotFound> {
    const found = await readActiveCluster(options.store, name);
    return found ? await inspectCluster(found.value) : { notFound: true };
  }

  return {
    runDoctor: (name, access) => inspect(name, (record) => options.runDoctor(record, access)),
    getSnapshot: (name, access) => inspect(name, (record) => options.getSnapshot(record, access)),
    listMissingParts: (name) => listMissingParts(options, name),
    listDeletionBlockers: (name) => listDeletionBlockers(options, name),
  };
}
