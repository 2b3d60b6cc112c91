import { type Cluster, clusterOf } from '../../src/engine/cluster.ts';
import { mirroredVersion } from '../../src/engine/releases.ts';
import type { ClusterSpec } from '../../src/store/records.ts';

/** A cluster of the default shape, with what a test cares about changed. */
export function aCluster(changes: Partial<ClusterSpec> = {}): Cluster {
  return clusterOf({
    name: 'demo',
    region: 'us-west1',
    zone: 'us-west1-c',
    controllers: 3,
    workers: 3,
    machineType: 'e2-standard-2',
    version: mirroredVersion,
    subnet: '10.240.0.0/24',
    podCidr: '10.200.0.0/16',
    serviceCidr: '10.32.0.0/24',
    forceSize: false,
    ...changes,
  });
}
