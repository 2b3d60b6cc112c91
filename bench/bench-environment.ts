import { randomUUID } from 'node:crypto';
import { allowAllPolicy } from '../src/commands/authorization/policy.ts';
import { createNotifier } from '../src/commands/notifier/notifier.ts';
import { createEngine } from '../src/engine/service/create-engine.ts';
import type { Store } from '../src/store/store.ts';
import { openFileKeyring } from '../src/store/vault/file-keyring.ts';
import { createVaultProvider } from '../src/store/vault/vault-provider.ts';
import { FakeChat } from '../test/fakes/chat.ts';
import type { FakeClock } from '../test/fakes/clock.ts';
import { FakeCompute } from '../test/fakes/compute.ts';
import { FakeKube } from '../test/fakes/kube.ts';
import { FakeSsh } from '../test/fakes/ssh-client.ts';

export interface BenchEnvironmentOptions {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly keyFile: string;
}

/** Engine and notifier with fakes of Compute Engine, SSH and Slack, sized for any number of clusters. */
export function createBenchEnvironment({ store, clock, keyFile }: BenchEnvironmentOptions) {
  const compute = new FakeCompute(clock);
  for (const metric of ['CPUS', 'INSTANCES', 'IN_USE_ADDRESSES', 'STATIC_ADDRESSES', 'DISKS_TOTAL_GB'] as const) {
    compute.quotaLimits[metric] = 1_000_000;
  }
  compute.getInstanceHealth = () => 'HEALTHY';
  const ssh = new FakeSsh(compute);
  const chat = new FakeChat(clock, { keepsContent: false });
  const log = () => {};
  const engine = createEngine({
    ...{
      store,
      compute,
      clock,
      log,
      mirror: undefined,
      downloads: undefined,
      leaseOwner: randomUUID(),
      leaseMs: 600_000,
    },
    vaults: createVaultProvider(store, openFileKeyring(keyFile)),
    kube: new FakeKube(clock, compute, ssh),
    createSshClient: () => ssh.createClient(),
    onEventsAppended: (run) => notifier.wake(run),
  });
  const notifier = createNotifier({
    store,
    clusterService: engine.clusterService,
    chat,
    clock,
    policy: allowAllPolicy,
    log,
  });
  return { engine, notifier, chat, compute, log };
}
