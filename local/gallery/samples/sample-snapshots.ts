import { clusterOf } from '../../../src/engine/cluster/cluster.ts';
import type { MachineSight, Sight } from '../../../src/engine/diagnostics/cluster-snapshot.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { later, spec } from './fixtures.ts';

/** A cluster that is well, and what of it is not. `change`: by machine, without the cluster's name before it. */
function seen(of: ClusterSpec, change: Readonly<Record<string, Partial<MachineSight>>> = {}): Sight {
  const machines = clusterOf(of).machines.map((machine): MachineSight => {
    const isController = machine.role === 'controller';
    return {
      ...{ name: machine.name, role: machine.role, address: machine.address },
      ...('podCidr' in machine ? { podCidr: String(machine.podCidr) } : {}),
      ...{ exists: true, status: 'RUNNING', down: [] },
      externalAddress: `198.51.100.${isController ? 10 + machine.index : 20 + machine.index}`,
      ...(isController ? { leads: machine.index === 1 } : { ready: true }),
      ...change[machine.name.slice(of.name.length + 1)],
    };
  });
  const controllers = machines.filter(({ role }) => role === 'controller');
  return {
    ...{ cluster: of.name, spec: of, at: later(600), machines, unseen: [] },
    balancer: {
      address: '203.0.113.7',
      healthy: new Map(controllers.map((one) => [one.name, one.down?.length === 0])),
    },
  };
}

const dark = seen(spec, {
  'controller-2': { status: 'TERMINATED', down: undefined as never, leads: undefined as never },
  'worker-0': { ready: false, down: ['kubelet'] },
  'worker-1': {
    exists: false,
    status: undefined as never,
    externalAddress: undefined as never,
    down: undefined as never,
    ready: undefined as never,
  },
  'worker-2': { down: undefined as never },
});

/** Clusters as a look finds them. */
export const sights = {
  well: seen(spec),
  'in trouble': {
    ...dark,
    unseen: [
      'demo-controller-2: it is TERMINATED',
      'demo-worker-1: there is no such machine',
      'demo-worker-2 does not answer ssh',
    ],
  },
  'as large as can be': seen({ ...spec, controllers: 5, workers: 20 }),
  'one controller, no workers': seen({ ...spec, controllers: 1, workers: 0 }),
} satisfies Record<string, Sight>;
