import { randomUUID } from 'node:crypto';
import { openSlack } from './commands/slack.ts';
import { slackChat } from './commands/slack-chat.ts';
import { slackClient } from './commands/slack-client.ts';
import { openCourier } from './commands/thread.ts';
import { type Config, readConfig } from './config.ts';
import { openCompute } from './engine/cloud/compute.ts';
import { openKube } from './engine/kube/https.ts';
import { openEngine } from './engine/open-engine.ts';
import { releases } from './engine/releases.ts';
import { openSsh } from './engine/remote/ssh.ts';
import { openLog } from './log.ts';
import { openVaults } from './store/envelope.ts';
import { openFileKeyring } from './store/file-keyring.ts';
import { openFirestoreStore } from './store/firestore.ts';
import { openSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

/** The one place where implementations are chosen. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = openLog(config.LOG_LEVEL);
  const store = await openStore(config);
  const account = { token: config.SLACK_BOT_TOKEN, apiUrl: config.SLACK_API_URL };
  const chat = slackChat(slackClient(account));
  const engine = openEngine({
    store,
    vaults: openVaults(store, openFileKeyring(config.KTHW_KEY_FILE)),
    cloud: openCompute({
      project: config.GOOGLE_CLOUD_PROJECT,
      ...(config.KTHW_COMPUTE_URL ? { endpoint: config.KTHW_COMPUTE_URL } : {}),
    }),
    kube: openKube(),
    openRemote: () => openSsh(),
    mirror: config.KTHW_MIRROR_URL,
    holder: randomUUID(),
    told: (run) => courier.poke(run),
    log,
  });
  const courier = openCourier({ store, desk: engine.desk, chat, log });
  const door = openSlack({
    ...account,
    signingSecret: config.SLACK_SIGNING_SECRET,
    store,
    chat,
    log,
    now: () => new Date(),
    tools: { desk: engine.desk, defaults: createDefaults(config) },
    routes: [
      { path: '/healthz', method: 'GET', handler: (_, response) => void response.end('ok\n') },
      { path: '/_ah/warmup', method: 'GET', handler: (_, response) => void response.end('ok\n') },
    ],
  });
  const { address, port } = await door.listen(config.PORT, config.HOST);
  console.log(`listening http://${address}:${port}`);
  await courier.start();
  await engine.dispatcher.start();

  async function stop(): Promise<void> {
    await door.close();
    await engine.dispatcher.stop();
    await courier.close();
    await store.close();
    process.exit(0);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
}

async function openStore(config: Config): Promise<Store> {
  if (config.KTHW_STORE === 'sqlite') return openSqliteStore({ path: config.KTHW_SQLITE_PATH });
  return await openFirestoreStore({ projectId: config.GOOGLE_CLOUD_PROJECT });
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
  } as const;
}

try {
  await main();
} catch (error) {
  console.error(`starting kthw: ${(error as Error).message}`);
  process.exitCode = 1;
}
