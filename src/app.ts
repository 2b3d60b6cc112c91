import { setTimeout as sleep } from 'node:timers/promises';
import type { Policy } from './commands/authorization/policy.ts';
import { openCourier } from './commands/notifier/notifier.ts';
import { remind } from './commands/notifier/ttl-reminders.ts';
import { watchSlackAccount } from './commands/slack/slack-account-monitor.ts';
import { slackChat } from './commands/slack/slack-chat.ts';
import { slackClient } from './commands/slack/slack-client.ts';
import { openSlack } from './commands/slack/slack-server.ts';
import type { Config } from './config.ts';
import { releases } from './engine/cluster/releases.ts';
import type { ComputeOptions } from './engine/gcp/compute/compute-api.ts';
import { openCompute } from './engine/gcp/compute/create-compute-client.ts';
import { cloudTasksDispatcher } from './engine/gcp/tasks/cloud-tasks-dispatcher.ts';
import { openKube } from './engine/kubernetes/create-kube-client.ts';
import { phases } from './engine/phases/registry.ts';
import { openOffers } from './engine/service/compute-catalog.ts';
import { type EngineOptions, openEngine } from './engine/service/create-engine.ts';
import { openSsh } from './engine/ssh/create-ssh-client.ts';
import { openHealth } from './health.ts';
import { openLog } from './log.ts';
import { openKeyring } from './open-keyring.ts';
import { openStore } from './open-store.ts';
import { holderOfThisProcess } from './store/lease-owner.ts';
import { onceBack } from './store/retry-until-available.ts';
import { openVaults } from './store/vault/vault-provider.ts';
import { openTracing } from './trace/start-tracing.ts';

/**
 * App Engine starts an instance because somebody waits: what is asked first is acknowledged before all that is loaded to take
 * up runs, which holds the process for longer than the acknowledgement takes.
 */
const firstRequestMs = 500;

/** What the environment does not say. */
export interface BotOptions extends Pick<EngineOptions, 'killPoint'> {
  readonly compute?: Pick<ComputeOptions, 'operationDeadlineMs'>;
}

export interface Bot {
  /** Where it listens. */
  readonly url: string;
  /** Puts down what is under way, to be taken up at the next start. */
  stop(): Promise<void>;
}

/** The one place where implementations are chosen. Listens once this resolves, and takes up what is not over. */
export async function startBot(config: Config, options: BotOptions = {}): Promise<Bot> {
  const log = openLog(config.LOG_LEVEL);
  const store = openStore(config);
  const account = { token: config.SLACK_BOT_TOKEN, apiUrl: config.SLACK_API_URL };
  const client = slackClient(account);
  const slackAccount = watchSlackAccount(client, log);
  const chat = slackAccount.watching(slackChat(client));
  const keyring = openKeyring(config);
  const health = openHealth({ store, keyring, account: slackAccount, log });
  const cloud = openCompute({
    project: config.GOOGLE_CLOUD_PROJECT,
    ...(config.KTHW_COMPUTE_URL ? { endpoint: config.KTHW_COMPUTE_URL } : {}),
    ...options.compute,
  });
  const now = () => new Date();
  const engine = openEngine({
    store,
    vaults: openVaults(store, keyring),
    cloud,
    kube: openKube(),
    openRemote: () => openSsh(),
    mirror: config.KTHW_MIRROR_URL,
    holder: holderOfThisProcess(),
    leaseMs: config.KTHW_LEASE_MS,
    approvalMs: config.KTHW_APPROVAL_MINUTES * 60_000,
    told(run) {
      courier.poke(run);
      door.news();
      tracing.told(run);
    },
    log,
    ...chosenDispatch(config),
    ...(options.killPoint ? { killPoint: options.killPoint } : {}),
  });
  const tracing = openTracing({ store, log, file: config.KTHW_TRACE_FILE });
  const policy = policyOf(config);
  const courier = openCourier({ store, desk: engine.desk, chat, policy, log });
  const door = openSlack({
    ...account,
    signingSecret: config.SLACK_SIGNING_SECRET,
    store,
    chat,
    log,
    now,
    tools: {
      desk: engine.desk,
      offers: openOffers({ cloud, now, log }),
      defaults: createDefaults(config),
      policy,
    },
    routes: [
      { path: '/healthz', method: 'GET', handler: health.handle },
      { path: '/_ah/warmup', method: 'GET', handler: health.warm },
      ...(engine.dispatcher.routes ?? []),
    ],
  });
  const { address, port } = await door.listen(config.PORT, config.HOST);
  console.log(`listening http://${address}:${port}`);
  if (config.GAE_ENV !== undefined) await sleep(firstRequestMs);
  await onceBack(
    () => courier.start(),
    () => sleep(2_000),
  );
  await engine.dispatcher.start();
  const atTheEnd = config.KTHW_TTL_ACTION;
  const reminders = every(
    60_000,
    () => remind({ store, desk: engine.desk, chat, now: () => new Date(), atTheEnd, log }),
    log,
  );
  return {
    url: `http://${address}:${port}`,
    async stop() {
      // Where runs are carried in requests, the door waits for them to be put down.
      await Promise.all([door.close(), engine.dispatcher.stop()]);
      // What the last commands asked for.
      await engine.dispatcher.stop();
      await reminders.stop();
      await courier.close();
      await tracing.stop();
      await store.close();
    },
  };
}

/** Does something again and again, until it is stopped. What goes wrong is tried again the next time. */
function every(ms: number, work: () => Promise<void>, log: ReturnType<typeof openLog>): { stop(): Promise<void> } {
  const stopping = new AbortController();
  async function go(): Promise<void> {
    while (!stopping.signal.aborted) {
      await work().catch((error: unknown) => log({ error }, 'what is done now and again'));
      await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const going = go();
  return {
    async stop() {
      stopping.abort();
      await going;
    },
  };
}

function chosenDispatch(config: Config): Pick<EngineOptions, 'dispatch'> {
  const { KTHW_TASKS_QUEUE: queue, KTHW_TASKS_URL: endpoint, GAE_SERVICE: service } = config;
  if (config.KTHW_DISPATCH === 'process' || queue === undefined) return {};
  const where = { queue, ...(endpoint ? { endpoint } : {}), ...(service ? { service } : {}) };
  return { dispatch: (parts) => cloudTasksDispatcher({ ...parts, ...where }) };
}

function policyOf(config: Config): Policy {
  return {
    channels: config.KTHW_CHANNELS ?? 'all',
    creators: config.KTHW_CREATORS ?? 'everybody',
    approvers: config.KTHW_APPROVERS ?? 'creators',
    maxDeletions: config.KTHW_MAX_DELETIONS,
  };
}

function createDefaults(config: Config) {
  return {
    region: config.KTHW_REGION,
    zone: config.KTHW_ZONE,
    machineType: config.KTHW_MACHINE_TYPE,
    controllers: 3,
    workers: 3,
    version: config.KTHW_VERSION,
    versions: releases.map((release) => release.kubernetes),
    subnet: '10.240.0.0/24',
    podCidr: '10.200.0.0/16',
    serviceCidr: '10.32.0.0/24',
    sshRanges: config.KTHW_SSH_RANGES,
    phases: phases.map((phase) => phase.name),
  } as const;
}
