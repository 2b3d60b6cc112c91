import { randomUUID } from 'node:crypto';
import { everybody } from '../src/commands/policy.ts';
import { openCourier } from '../src/commands/thread.ts';
import { openEngine } from '../src/engine/open-engine.ts';
import { openVaults } from '../src/store/envelope.ts';
import { openFileKeyring } from '../src/store/file-keyring.ts';
import type { Store } from '../src/store/store.ts';
import { CloudDouble } from '../test/doubles/cloud.ts';
import { KubeDouble } from '../test/doubles/kube.ts';
import { RemoteDouble } from '../test/doubles/remote.ts';
import type { FastClock } from './fast-clock.ts';
import { QuietChat } from './quiet-chat.ts';

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
