import { randomUUID } from 'node:crypto';
import { everybody } from '../src/commands/authorization/policy.ts';
import { openCourier } from '../src/commands/notifier/notifier.ts';
import { openEngine } from '../src/engine/service/create-engine.ts';
import type { Store } from '../src/store/store.ts';
import { openFileKeyring } from '../src/store/vault/file-keyring.ts';
import { openVaults } from '../src/store/vault/vault-provider.ts';
import { CloudDouble } from '../test/fakes/compute.ts';
import { KubeDouble } from '../test/fakes/kube.ts';
import { RemoteDouble } from '../test/fakes/ssh-client.ts';
import type { FastClock } from './fast-clock.ts';
import { QuietChat } from './recording-chat.ts';

export interface FleetOptions {
  readonly store: Store;
  readonly clock: FastClock;
  readonly keyFile: string;
}

/** The engine and its courier on doubles of cloud, machines and Slack, with room for any number of clusters. */
export function openFleet({ store, clock, keyFile }: FleetOptions) {
  const cloud = new CloudDouble(clock);
  for (const metric of ['CPUS', 'INSTANCES', 'IN_USE_ADDRESSES', 'STATIC_ADDRESSES', 'DISKS_TOTAL_GB'] as const) {
    cloud.quotaLimits[metric] = 1_000_000;
  }
  cloud.healthOf = () => 'HEALTHY';
  const remote = new RemoteDouble(cloud);
  const chat = new QuietChat();
  const log = () => {};
  const engine = openEngine({
    ...{ store, cloud, clock, log, mirror: undefined, holder: randomUUID(), leaseMs: 600_000 },
    vaults: openVaults(store, openFileKeyring(keyFile)),
    kube: new KubeDouble(clock, cloud, remote),
    openRemote: () => remote.open(),
    told: (run) => courier.poke(run),
  });
  const courier = openCourier({ store, desk: engine.desk, chat, clock, policy: everybody, log });
  return { engine, courier, chat, cloud, log };
}
