import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import type { ClusterSnapshot, InstanceSnapshot } from '../../../src/engine/diagnostics/cluster-snapshot.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { getSampleTime, spec } from './fixtures.ts';

/** A healthy cluster. @param overrides by instance name without the cluster prefix */
function createSnapshot(
  of: ClusterSpec,
  overrides: Readonly<Record<string, Partial<InstanceSnapshot>>> = {},
): ClusterSnapshot {
  const instances = deriveCluster(of).instances.map((instance): InstanceSnapshot => {
    const isController = instance.role === 'controller';
    return {
      name: instance.name,
      role: instance.role,
      address: instance.address,
      ...('podCidr' in instance ? { podCidr: String(instance.podCidr) } : {}),
      exists: true,
      status: 'RUNNING',
      inactiveServices: [],
      externalAddress: `198.51.100.${isController ? 10 + instance.index : 20 + instance.index}`,
      ...(isController ? { isEtcdLeader: instance.index === 1 } : { nodeReady: true }),
      ...overrides[instance.name.slice(of.name.length + 1)],
    };
  });
  const controllers = instances.filter(({ role }) => role === 'controller');
  return {
    cluster: of.name,
    spec: of,
    at: getSampleTime(600),
    instances,
    errors: [],
    loadBalancer: {
      address: '203.0.113.7',
      backendHealth: new Map(controllers.map((one) => [one.name, one.inactiveServices?.length === 0])),
    },
  };
}

const degradedSnapshot = createSnapshot(spec, {
  'controller-2': { status: 'TERMINATED', inactiveServices: undefined as never, isEtcdLeader: undefined as never },
  'worker-0': { nodeReady: false, inactiveServices: ['kubelet'] },
  'worker-1': {
    exists: false,
    status: undefined as never,
    externalAddress: undefined as never,
    inactiveServices: undefined as never,
    nodeReady: undefined as never,
  },
  'worker-2': { inactiveServices: undefined as never },
});

export const sampleSnapshots = {
  healthy: createSnapshot(spec),
  degraded: {
    ...degradedSnapshot,
    errors: [
      'demo-controller-2: instance is TERMINATED',
      'demo-worker-1: instance not found',
      'demo-worker-2 is unreachable over SSH',
    ],
  },
  'maximum size': createSnapshot({ ...spec, controllers: 5, workers: 20 }),
  'one control plane node, no workers': createSnapshot({ ...spec, controllers: 1, workers: 0 }),
} satisfies Record<string, ClusterSnapshot>;
