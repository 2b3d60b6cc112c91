import { randomUUID } from 'node:crypto';
import { startSlackEmulator } from '../../local/slack/start-slack-emulator.ts';
import { allowAllPolicy, type Policy } from '../../src/commands/authorization/policy.ts';
import { createNotifier } from '../../src/commands/notifier/notifier.ts';
import { createSlackChat } from '../../src/commands/slack/slack-chat.ts';
import { createSlackClient } from '../../src/commands/slack/slack-client.ts';
import { createSlackServer } from '../../src/commands/slack/slack-server.ts';
import { phases } from '../../src/engine/phases/sort-phases.ts';
import { createComputeCatalog } from '../../src/engine/service/compute-catalog.ts';
import { createEngine } from '../../src/engine/service/create-engine.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeCompute } from '../fakes/compute.ts';
import { FakeKube } from '../fakes/kube.ts';
import { FakeSsh } from '../fakes/ssh-client.ts';
import { FakeVaults } from '../fakes/vault.ts';
import { buildCreateDefaults } from '../fixtures/run.ts';
import { emulatorOptions } from './emulator-options.ts';

/** Speed-up of the clock, so that a create takes seconds. */
const speedup = 20;

/** The complete bot with fake Compute Engine, SSH and Kubernetes, and a Slack emulator. */
export interface FakeStage {
  readonly url: string;
  /** Opens the page in a browser. */
  readonly pageUrl: string;
  readonly compute: FakeCompute;
  /** The errors that the bot loggedErrors. */
  readonly loggedErrors: readonly string[];
  close(): Promise<void>;
}

/** Starts the bot and the emulator. @param policy permissions of the emulator's initial users */
export async function startFakes(policy: Policy = allowAllPolicy): Promise<FakeStage> {
  const clock = new FakeClock({ speedup });
  const compute = new FakeCompute(clock);
  const ssh = new FakeSsh(compute);
  const store = openSqliteStore({ path: ':memory:', now: clock.now });
  const emulator = await startSlackEmulator({ rateLimits: { enabled: false }, ...emulatorOptions });
  const account = { token: emulator.botToken, apiUrl: `${emulator.url}/api/` };
  const chat = createSlackChat(createSlackClient(account));
  const loggedErrors: string[] = [];
  const log = (fields: object, message: string) => {
    if ('error' in fields) loggedErrors.push(`${message}: ${String(fields.error)}`);
  };
  const engine = createEngine({
    store,
    compute,
    clock,
    log,
    mirror: undefined,
    downloads: undefined,
    leaseOwner: randomUUID(),
    leaseMs: 600_000,
    vaults: new FakeVaults(clock).createProvider(store),
    kube: new FakeKube(clock, compute, ssh),
    createSshClient: () => ssh.createClient(),
    onEventsAppended(run) {
      notifier.wake(run);
      server.refreshHomeTabs();
    },
  });
  const notifier = createNotifier({ store, clusterService: engine.clusterService, chat, clock, policy, log });
  const now = () => new Date();
  const server = createSlackServer({
    ...account,
    store,
    chat,
    log,
    now,
    signingSecret: emulator.signingSecret,
    commandDeps: {
      clusterService: engine.clusterService,
      computeCatalog: createComputeCatalog({ compute, now, log }),
      versionCatalog: engine.versionCatalog,
      defaults: { ...buildCreateDefaults(), phases: phases.map(({ name }) => name) },
      policy,
    },
  });
  const { port } = await server.listen(0, '127.0.0.1');
  emulator.setBotUrl(`http://127.0.0.1:${port}/slack/events`);
  return {
    url: emulator.url,
    pageUrl: emulator.pageUrl,
    compute,
    loggedErrors,
    async close() {
      await Promise.all([server.close(), engine.dispatcher.stop()]);
      await notifier.close();
      await store.close();
      await emulator.close();
    },
  };
}
