import { randomUUID } from 'node:crypto';
import { FastClock } from '../../bench/fast-clock.ts';
import { startSlackEmulator } from '../../local/slack/start-slack-emulator.ts';
import { allowAllPolicy, type Policy } from '../../src/commands/authorization/policy.ts';
import { createNotifier } from '../../src/commands/notifier/notifier.ts';
import { createSlackChat } from '../../src/commands/slack/slack-chat.ts';
import { createSlackClient } from '../../src/commands/slack/slack-client.ts';
import { createSlackServer } from '../../src/commands/slack/slack-server.ts';
import { phases } from '../../src/engine/phases/registry.ts';
import { createComputeCatalog } from '../../src/engine/service/compute-catalog.ts';
import { createEngine } from '../../src/engine/service/create-engine.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { FakeCompute } from '../fakes/compute.ts';
import { FakeKube } from '../fakes/kube.ts';
import { FakeSsh } from '../fakes/ssh-client.ts';
import { FakeVaults } from '../fakes/vault.ts';
import { buildCreateDefaults } from '../fixtures/run.ts';
import { patient } from './wait-for-page.ts';

/** How much faster time passes: a create takes seconds. */
const times = 20;

/** The whole bot on a cloud and machines in memory, and the real workspace whose page is looked at. */
export interface DoublesStage {
  readonly url: string;
  readonly cloud: FakeCompute;
  /** What the bot logged as going wrong. */
  readonly logged: readonly string[];
  close(): Promise<void>;
}

/** @param policy who may do what; people are those of the workspace's seed */
export async function openDoublesStage(policy: Policy = allowAllPolicy): Promise<DoublesStage> {
  const clock = new FastClock(times);
  const compute = new FakeCompute(clock);
  const remote = new FakeSsh(compute);
  const store = openSqliteStore({ path: ':memory:', now: clock.now });
  const workspace = await startSlackEmulator({ rateLimits: { enabled: false }, ...patient });
  const account = { token: workspace.botToken, apiUrl: `${workspace.url}/api/` };
  const chat = createSlackChat(createSlackClient(account));
  const logged: string[] = [];
  const log = (fields: object, message: string) => {
    if ('error' in fields) logged.push(`${message}: ${String(fields.error)}`);
  };
  const engine = createEngine({
    ...{ store, compute, clock, log, mirror: undefined, leaseOwner: randomUUID(), leaseMs: 600_000 },
    vaults: new FakeVaults(clock).createProvider(store),
    kube: new FakeKube(clock, compute, remote),
    createSshClient: () => remote.createClient(),
    onEventsAppended(run) {
      notifier.wake(run);
      door.refreshHomeTabs();
    },
  });
  const notifier = createNotifier({ store, clusterService: engine.clusterService, chat, clock, policy, log });
  const now = () => new Date();
  const door = createSlackServer({
    ...account,
    ...{ store, chat, log, now, signingSecret: workspace.signingSecret },
    commandDeps: {
      clusterService: engine.clusterService,
      computeCatalog: createComputeCatalog({ compute, now, log }),
      defaults: { ...buildCreateDefaults(), phases: phases.map(({ name }) => name) },
      policy,
    },
  });
  const { port } = await door.listen(0, '127.0.0.1');
  workspace.setBotUrl(`http://127.0.0.1:${port}/slack/events`);
  return {
    ...{ url: workspace.url, cloud: compute, logged },
    async close() {
      await Promise.all([door.close(), engine.dispatcher.stop()]);
      await notifier.close();
      await store.close();
      await workspace.close();
    },
  };
}
