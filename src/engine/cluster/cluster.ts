import ipaddr from 'ipaddr.js';
import type { ClusterSpec } from '../../store/records.ts';
import { type Release, releaseOf } from './releases.ts';

/** What a cluster is, worked out from what was asked for. Pure: the same spec gives the same cluster. */
export interface Cluster extends Omit<ClusterSpec, 'sshRanges'> {
  readonly release: Release;
  /** From where ssh comes in while it is open. */
  readonly sshRanges: readonly string[];
  readonly controllerMachines: readonly Machine[];
  readonly workerMachines: readonly Worker[];
  /** Every machine, controllers first. */
  readonly machines: readonly Machine[];
  /** First address of the service range: the API server as pods see it. */
  readonly apiServiceAddress: string;
  readonly dnsServiceAddress: string;
}

export interface Machine {
  readonly name: string;
  readonly role: 'controller' | 'worker';
  readonly index: number;
  /** Internal address, fixed as in the tutorial. */
  readonly address: string;
}

export interface Worker extends Machine {
  readonly role: 'worker';
  readonly podCidr: string;
}

/** @throws RangeError for a version the catalogue does not have. */
export function clusterOf(spec: ClusterSpec): Cluster {
  const controllerMachines = Array.from(
    { length: spec.controllers },
    (_, index) =>
      ({
        name: `${spec.name}-controller-${index}`,
        role: 'controller',
        index,
        address: nthAddress(spec.subnet, 10 + index),
      }) as const,
  );
  const workerMachines = Array.from(
    { length: spec.workers },
    (_, index) =>
      ({
        name: `${spec.name}-worker-${index}`,
        role: 'worker',
        index,
        address: nthAddress(spec.subnet, 20 + index),
        podCidr: nthPodCidr(spec.podCidr, index),
      }) as const,
  );
  return {
    ...spec,
    release: releaseOf(spec.version),
    sshRanges: sshRangesOf(spec),
    controllerMachines,
    workerMachines,
    machines: [...controllerMachines, ...workerMachines],
    apiServiceAddress: nthAddress(spec.serviceCidr, 1),
    dnsServiceAddress: nthAddress(spec.serviceCidr, 10),
  };
}

/** From where ssh comes in. Records of clusters that were made before it could be chosen don't say. */
export function sshRangesOf({ sshRanges }: Pick<ClusterSpec, 'sshRanges'>): readonly string[] {
  return sshRanges ?? ['0.0.0.0/0'];
}

/** The `n`-th address of an IPv4 range in CIDR notation; the network address is number 0. */
export function nthAddress(cidr: string, n: number): string {
  const bytes = ipaddr.IPv4.networkAddressFromCIDR(cidr).toByteArray();
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** Each worker has a /24 of the pod range, as in the tutorial. */
function nthPodCidr(podCidr: string, n: number): string {
  return `${nthAddress(podCidr, n * 256)}/24`;
}
