import type { WorkerInstance } from '../cluster/cluster.ts';

/**
 * The default of VPC networks. Larger packets between pods and other hosts would depend on path MTU discovery, which firewalls
 * on the internet often block. https://cloud.google.com/vpc/docs/mtu, 2026-12-01
 */
const networkMtu = 1460;

/**
 * Renders the CNI configuration of one worker: a bridge with addresses from its pod CIDR and source NAT to the instance
 * address, and host ports. `hairpinMode` lets a pod reach itself through its service.
 */
export function renderCniBridge(worker: WorkerInstance): string {
  const bridge = {
    type: 'bridge',
    bridge: 'cnio0',
    mtu: networkMtu,
    isGateway: true,
    ipMasq: true,
    hairpinMode: true,
    ipam: {
      type: 'host-local',
      ranges: [[{ subnet: worker.podCidr }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  const portmap = { type: 'portmap', capabilities: { portMappings: true } };
  const config = { cniVersion: '0.4.0', name: 'bridge', plugins: [bridge, portmap] };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** CNI configuration of the loopback interface of pods. */
export function renderCniLoopback(): string {
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'lo', type: 'loopback' }, undefined, 2)}\n`;
}
