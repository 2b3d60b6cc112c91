import type { WorkerInstance } from '../cluster/cluster.ts';

/**
 * Renders the CNI bridge configuration of one worker: addresses from its pod CIDR, source NAT to the instance address.
 * `hairpinMode` lets a pod reach itself through its service.
 */
export function renderCniBridge(worker: WorkerInstance): string {
  const config = {
    cniVersion: '0.4.0',
    name: 'bridge',
    type: 'bridge',
    bridge: 'cnio0',
    isGateway: true,
    ipMasq: true,
    hairpinMode: true,
    ipam: {
      type: 'host-local',
      ranges: [[{ subnet: worker.podCidr }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** CNI configuration of the loopback interface of pods. */
export function renderCniLoopback(): string {
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'lo', type: 'loopback' }, undefined, 2)}\n`;
}
