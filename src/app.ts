import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Policy } from './commands/authorization/policy.ts';
import { deleteKubeconfigFiles } from './commands/notifier/delete-kubeconfig-files.ts';
import { createNotifier } from './commands/notifier/notifier.ts';
import { sendTtlReminders } from './commands/notifier/ttl-reminders.ts';
import type { CreateDefaults } from './commands/routing/command.ts';
import { createSlackAccountMonitor } from './commands/slack/slack-account-monitor.ts';
import { createSlackChat } from './commands/slack/slack-chat.ts';
import { createSlackClient } from './commands/slack/slack-client.ts';
import { createSlackServer } from './commands/slack/slack-server.ts';
import type { Config } from './config.ts';
import { createLogger } from './create-logger.ts';
import { createDigestLookup, type DigestLookup } from './engine/cluster/digests.ts';
import { releases } from './engine/cluster/releases.ts';
import { createDownloadClient } from './engine/downloads/create-download-client.ts';
import type { ComputeOptions } from './engine/gcp/compute/compute-api.ts';
import { createComputeClient } from './engine/gcp/compute/create-compute-client.ts';
import { createCloudTasksDispatcher } from './engine/gcp/tasks/cloud-tasks-dispatcher.ts';
import { createKubeClient } from './engine/kubernetes/create-kube-client.ts';
import { phases } from './engine/phases/sort-phases.ts';
import type { Budgets } from './engine/service/budgets/budgets.ts';
import { createComputeCatalog } from './engine/service/compute-catalog.ts';
import { createEngine, type EngineOptions } from './engine/service/create-engine.ts';
import type { VersionCatalog } from './engine/service/version-catalog.ts';
import { createSshClient } from './engine/ssh/create-ssh-client.ts';
import { createHealthEndpoints } from './health.ts';
import { openKeyring } from './open-keyring.ts';
import { openStore } from './open-store.ts';
import { createLeaseOwnerId } from './store/lease-owner.ts';
import { retryUntilAvailable } from './store/retry-until-available.ts';
import { createVaultProvider } from './store/vault/vault-provider.ts';
import { startTracing } from './trace/start-tracing.ts';

/**
 * On App Engine, a request starts the instance. The delay lets its acknowledgement go out before loading the modules for
 * runs blocks the process.
 */
const firstRequestDelayMs = 500;

/** Options that are not part of the configuration. */
interface AppOptions extends Pick<EngineOptions, 'killPoint'> {
  readonly compute?: Pick<ComputeOptions, 'operationDeadlineMs'>;
}

interface App {
  readonly url: string;
  /** Suspends open runs, which resume at the next start. */
  stop(): Promise<void>;
}

/** Composes and starts the app. Resolves once it listens and has resumed open runs. */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const log = createLogger(config.LOG_LEVEL);
  const store = openStore(config);
  const account = { token: config.SLACK_BOT_TOKEN, apiUrl: config.SLACK_API_URL };
  const client = createSlackClient(account);
  const slackAccount = createSlackAccountMonitor(client, log);
  const chat = slackAccount.monitorChat(createSlackChat(client));
  const keyring = openKeyring(config);
  const health = createHealthEndpoints({ store, keyring, account: slackAccount, log });
  const compute = createComputeClient({
    project: config.GOOGLE_CLOUD_PROJECT,
    ...(config.KTHW_COMPUTE_URL ? { endpoint: config.KTHW_COMPUTE_URL } : {}),
    ...(config.KTHW_COMPUTE_TOKEN ? { token: config.KTHW_COMPUTE_TOKEN } : {}),
    ...options.compute,
  });
  const now = () => new Date();
  const engine = createEngine({
    store,
    vaults: createVaultProvider(store, keyring),
    compute,
    kube: createKubeClient(),
    createSshClient: () => createSshClient(),
    mirror: config.KTHW_MIRROR_URL,
    digests: readDigests(config.KTHW_DIGEST_FILE),
    downloads: config.KTHW_DOWNLOAD_CHECK === 'on' ? createDownloadClient() : undefined,
    leaseOwner: createLeaseOwnerId(),
    leaseMs: config.KTHW_LEASE_MS,
    budgets: toBudgets(config),
    approvalMs: config.KTHW_APPROVAL_MINUTES * 60_000,
    onEventsAppended(run) {
      notifier.wake(run);
      slackServer.refreshHomeTabs();
      tracing.enqueueRun(run);
    },
    log,
    ...getDispatchOptions(config),
    ...(options.killPoint ? { killPoint: options.killPoint } : {}),
  });
  const tracing = startTracing({ store, log, file: config.KTHW_TRACE_FILE });
  const policy = toPolicy(config);
  const notifier = createNotifier({ store, clusterService: engine.clusterService, chat, policy, log });
  const slackServer = createSlackServer({
    ...account,
    signingSecret: config.SLACK_SIGNING_SECRET,
    store,
    chat,
    log,
    now,
    commandDeps: {
      clusterService: engine.clusterService,
      computeCatalog: createComputeCatalog({ compute, now, log }),
      versionCatalog: engine.versionCatalog,
      defaults: getCreateDefaults(config, engine.versionCatalog),
      policy,
    },
    routes: [
      { path: '/healthz', method: 'GET', handler: health.handleHealthCheck },
      { path: '/_ah/warmup', method: 'GET', handler: health.handleWarmup },
      ...(engine.dispatcher.routes ?? []),
    ],
  });
  const { address, port } = await slackServer.listen(config.PORT, config.HOST);
  console.log(`listening http://${address}:${port}`);
  if (config.GAE_ENV !== undefined) await sleep(firstRequestDelayMs);
  await retryUntilAvailable(
    () => notifier.start(),
    () => sleep(2_000),
  );
  await engine.dispatcher.start();
  const kubeconfigFiles = runPeriodically(
    60_000,
    () => deleteKubeconfigFiles({ store, clusterService: engine.clusterService, chat, now, log }),
    log,
  );
  const expiryAction = config.KTHW_TTL_ACTION;
  const reminders = runPeriodically(
    60_000,
    () =>
      sendTtlReminders({
        store,
        clusterService: engine.clusterService,
        chat,
        now: () => new Date(),
        expiryAction,
        log,
      }),
    log,
  );
  return {
    url: `http://${address}:${port}`,
    async stop() {
      // With Cloud Tasks, runs execute within requests. The server waits until the dispatcher suspends them.
      await Promise.all([slackServer.close(), engine.dispatcher.stop()]);
      // Suspends runs that the last commands started.
      await engine.dispatcher.stop();
      await Promise.all([reminders.stop(), kubeconfigFiles.stop()]);
      await notifier.close();
      await tracing.stop();
      await store.close();
    },
  };
}

/** @throws Error that names the setting and what is wrong with the file */
function readDigests(path: string | undefined): DigestLookup {
  try {
    return createDigestLookup(path === undefined ? '' : readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`KTHW_DIGEST_FILE: ${(cause as Error).message}`, { cause });
  }
}

/** Repeats `work` until stopped. Errors are logged and don't end the loop. */
function runPeriodically(
  ms: number,
  work: () => Promise<void>,
  log: ReturnType<typeof createLogger>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  async function runLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await work().catch((error: unknown) => log({ error }, 'a periodic task failed'));
      await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const loop = runLoop();
  return {
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

function getDispatchOptions(config: Config): Pick<EngineOptions, 'createDispatcher'> {
  const { KTHW_TASKS_QUEUE: queue, KTHW_TASKS_URL: endpoint, GAE_SERVICE: service } = config;
  if (config.KTHW_DISPATCH === 'process' || queue === undefined) return {};
  const queueOptions = { queue, ...(endpoint ? { endpoint } : {}), ...(service ? { service } : {}) };
  return { createDispatcher: (deps) => createCloudTasksDispatcher({ ...deps, ...queueOptions }) };
}

function toPolicy(config: Config): Policy {
  return {
    channels: config.KTHW_CHANNELS ?? 'all',
    clusterChannels: config.KTHW_CLUSTER_CHANNELS ?? (config.SLACK_API_URL === undefined ? [] : 'all'),
    foreignTeams: config.KTHW_FOREIGN_TEAMS ?? [],
    guests: config.KTHW_GUESTS ?? [],
    sharedChannels: config.KTHW_SHARED_CHANNELS ?? [],
    creators: config.KTHW_CREATORS ?? 'everybody',
    approvers: config.KTHW_APPROVERS ?? 'creators',
    kubeconfigRoles: config.KTHW_KUBECONFIG_ROLES,
    defaultKubeconfigRole: config.KTHW_KUBECONFIG_DEFAULT_ROLE,
    maxDeletions: config.KTHW_MAX_DELETIONS,
  };
}

function toBudgets(config: Config): Budgets {
  return {
    maxClusters: config.KTHW_MAX_CLUSTERS,
    maxVcpus: config.KTHW_MAX_VCPUS,
    machineFamilies: config.KTHW_MACHINE_FAMILIES,
    maxTtlMs: config.KTHW_MAX_TTL,
    requiresTtl: config.KTHW_TTL_REQUIRED === 'on',
  };
}

function getCreateDefaults(config: Config, versionCatalog: VersionCatalog): CreateDefaults {
  const supportedVersions = releases.map((release) => release.kubernetes);
  return {
    namePrefix: config.KTHW_NAME_PREFIX,
    region: config.KTHW_REGION,
    zone: config.KTHW_ZONE,
    machineType: config.KTHW_MACHINE_TYPE,
    controllers: 3,
    workers: 3,
    version: config.KTHW_VERSION,
    get versions() {
      return versionCatalog.getCachedVersions() ?? supportedVersions;
    },
    subnet: '10.240.0.0/24',
    podCidr: '10.200.0.0/16',
    serviceCidr: '10.32.0.0/24',
    sshRanges: config.KTHW_SSH_RANGES,
    budgets: toBudgets(config),
    phases: phases.map((phase) => phase.name),
  };
}
