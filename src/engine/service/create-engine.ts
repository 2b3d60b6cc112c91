import type { ClusterSpec } from '../../store/records.ts';
import { retryUntilAvailable } from '../../store/retry-until-available.ts';
import type { Store } from '../../store/store.ts';
import type { VaultProvider } from '../../store/vault/vault.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { createDigestLookup, type DigestLookup } from '../cluster/digests.ts';
import { KthwError } from '../cluster/errors.ts';
import { takeClusterSnapshot } from '../diagnostics/cluster-snapshot.ts';
import { diagnoseCluster } from '../diagnostics/diagnose-cluster.ts';
import type { InspectionDeps } from '../diagnostics/inspect-instances.ts';
import { observeMissingParts } from '../diagnostics/observe-missing-parts.ts';
import type { DownloadClient } from '../downloads/create-download-client.ts';
import type { ComputeClient } from '../gcp/compute/compute-client.ts';
import { findMachineTypeProblem } from '../gcp/compute/find-machine-type-problem.ts';
import type { KubeClient } from '../kubernetes/kube-client.ts';
import { operations } from '../phases/operations.ts';
import { phases } from '../phases/sort-phases.ts';
import type { SshClient } from '../ssh/ssh-client.ts';
import type { SshAccessDeps } from '../ssh-access/ssh-access.ts';
import { disableSshAccess, type SshAccessClient, withSshAccess } from '../ssh-access/ssh-access-client.ts';
import { listDeletionBlockers } from '../steps/deletion-blockers.ts';
import type { StepContext } from '../steps/step-context.ts';
import { createInProcessDispatcher, type Dispatcher, type DispatcherDeps } from '../workflow/dispatcher.ts';
import type { ExecuteStepDeps } from '../workflow/execute-step.ts';
import { executeRun } from '../workflow/runner.ts';
import type { Clock } from '../workflow/step.ts';
import { systemClock } from '../workflow/system-clock.ts';
import type { Budgets } from './budgets/budgets.ts';
import type { ClusterService } from './cluster-service.ts';
import { createClusterService } from './create-cluster-service.ts';
import { issueKubeconfig, removeRevokedBindings } from './kubeconfigs/issue-kubeconfig.ts';
import { listActiveGrants } from './kubeconfigs/list-grants.ts';
import { TtlCache } from './ttl-cache.ts';
import { createVersionCatalog, type VersionCatalog } from './version-catalog.ts';

export interface EngineOptions {
  readonly store: Store;
  readonly vaults: VaultProvider;
  readonly compute: ComputeClient;
  readonly kube: KubeClient;
  /** Creates a client for the instances of one run. */
  createSshClient(): SshClient;
  readonly mirror: string | undefined;
  /** @default the table of this release */
  readonly digests?: DigestLookup;
  readonly downloads: DownloadClient | undefined;
  /** Identifies this process among all processes, also earlier ones. */
  readonly leaseOwner: string;
  /** Called after events were appended to a run. */
  onEventsAppended(run: string): void;
  readonly log: ExecuteStepDeps['log'];
  /** @default executes runs in this process */
  readonly createDispatcher?: (parts: DispatcherDeps) => Dispatcher;
  /** @default none */
  readonly killPoint?: ExecuteStepDeps['killPoint'];
  /** @default 30_000 */
  readonly leaseMs?: number;
  /** Limits of the policy. @default none */
  readonly budgets?: Budgets;
  /** Time until an approval request expires. @default 30 minutes */
  readonly approvalMs?: number;
  /** @default the system clock */
  readonly clock?: Clock;
}

export interface Engine {
  readonly clusterService: ClusterService;
  readonly dispatcher: Dispatcher;
  readonly versionCatalog: VersionCatalog;
}

/** Creates the engine of this process: the service that commands call, and the dispatcher that executes runs. */
export function createEngine(options: EngineOptions): Engine {
  const {
    store,
    vaults,
    compute,
    kube,
    mirror,
    digests = createDigestLookup(),
    downloads,
    log,
    onEventsAppended,
    clock = systemClock,
    createDispatcher = createInProcessDispatcher,
  } = options;
  const baseDispatcher = createDispatcher({
    store,
    log,
    clock,
    executeRun: (run, signal) =>
      executeRun<StepContext>(
        run,
        {
          store,
          phases,
          operations,
          leaseOwner: options.leaseOwner,
          clock,
          random: Math.random,
          leaseMs: options.leaseMs ?? 30_000,
          approvalMs: options.approvalMs ?? 30 * 60_000,
          onEventsAppended,
          wake: (other) => dispatcher.wake(other),
          log: (fields, message) => log({ run, ...fields }, message),
          killPoint: options.killPoint ?? (() => {}),
          async openResources({ cluster, spec }) {
            const ssh = createClusterSsh(spec);
            const vault = vaults.getVault(cluster);
            return {
              vault,
              clients: {
                compute,
                kube,
                mirror,
                digests,
                downloads,
                ssh,
                vault,
                listActiveGrants: () => listActiveGrants(store, cluster, clock.now()),
              },
              close: () => ssh.close(),
            };
          },
        },
        signal,
      ),
  });

  /** Connects to the instances of a cluster. Closing it disables SSH access unless a run is active. */
  function createClusterSsh(spec: ClusterSpec): SshAccessClient {
    const accessDeps: SshAccessDeps = { compute, vault: vaults.getVault(spec.name), cluster: deriveCluster(spec) };
    const ssh = withSshAccess(options.createSshClient(), { ...accessDeps, clock });
    return {
      ...ssh,
      async close() {
        await ssh.close();
        try {
          const record = (await store.read('cluster', spec.name))?.value;
          const isIdle = record && record.settledState !== 'deleted' && record.activeRun === undefined;
          if (isIdle) await disableSshAccess(accessDeps, AbortSignal.timeout(disableTimeoutMs));
        } catch (error) {
          // The next run or inspection of the cluster disables it.
          log({ cluster: spec.name, error }, 'disabling SSH access failed');
        }
      },
    };
  }

  /** Enables SSH access to all instances first, because a Slack user waits for one inspection of all. */
  async function openClusterSsh(spec: ClusterSpec): Promise<SshAccessClient> {
    const ssh = createClusterSsh(spec);
    await ssh.enableAccess(AbortSignal.timeout(enableTimeoutMs));
    return ssh;
  }

  function getInspectionDeps({ name }: ClusterSpec): InspectionDeps {
    return { compute, kube, vault: vaults.getVault(name), openSshClient: openClusterSsh };
  }

  const stopping = new AbortController();
  const dispatcher: Dispatcher = {
    ...baseDispatcher,
    start: () => retryUntilAvailable(baseDispatcher.start, () => clock.sleep(storeRetryMs, stopping.signal)),
    async stop() {
      stopping.abort();
      await baseDispatcher.stop();
    },
  };
  const rescanOpenRuns = createSingleFlight(() =>
    dispatcher.start().catch((error: unknown) => log({ error }, 'rescanning open runs failed')),
  );
  const versionCatalog = createVersionCatalog({ downloads, mirror, digests, now: clock.now, log });
  const vcpuCache = new TtlCache<number>(clock.now, sizeCacheMs);
  const kubeconfigDeps = { store, vaults, kube, now: clock.now };
  const clusterService = createClusterService({
    mirror,
    digests,
    store,
    phases,
    now: clock.now,
    wake(run) {
      dispatcher.wake(run);
      onEventsAppended(run);
    },
    rescanOpenRuns,
    loadVersions: versionCatalog.loadVersions,
    budgets: options.budgets,
    getVcpus: (name, zone) =>
      vcpuCache.getOrLoad(`${zone} ${name}`, async () => {
        const type = await compute.getMachineType({ name, zone }, AbortSignal.timeout(sizeTimeoutMs));
        return type?.cpus ?? 0;
      }),
    findMachineTypeProblem: ({ machineType, zone }) =>
      findMachineTypeProblem(compute, { name: machineType, zone }).catch((error: unknown) => {
        // The preflight checks of the run report the problem.
        if (error instanceof KthwError) return undefined;
        throw error;
      }),
    runDoctor: (record, access) => diagnoseCluster(getInspectionDeps(record.spec), record, access),
    getSnapshot: ({ spec }, access) => takeClusterSnapshot(getInspectionDeps(spec), spec, access),
    observeDeletionBlockers: ({ spec }) =>
      listDeletionBlockers({
        compute,
        cluster: deriveCluster(spec),
        signal: AbortSignal.timeout(blockersTimeoutMs),
      }),
    observeMissingParts: ({ spec }) => observeMissingParts(getInspectionDeps(spec), spec),
    issueKubeconfig: (record, request) => issueKubeconfig(kubeconfigDeps, record, request),
    removeRevokedBindings: (record) => removeRevokedBindings(kubeconfigDeps, record),
  });
  return { clusterService, dispatcher, versionCatalog };
}

function createSingleFlight(work: () => Promise<void>): () => void {
  let isRunning = false;
  return () => {
    if (isRunning) return;
    isRunning = true;
    void work().finally(() => {
      isRunning = false;
    });
  };
}

/** Compute Engine operations take some seconds each and run concurrently. */
const enableTimeoutMs = 30_000;
const disableTimeoutMs = 60_000;
/** Short, because a Slack user waits for the dialog. */
const blockersTimeoutMs = 3_000;

/** Short, because a Slack user waits for the reply. */
const sizeTimeoutMs = 10_000;
const sizeCacheMs = 10 * 60_000;

/** Delay between attempts while the store is unavailable. */
const storeRetryMs = 2_000;
