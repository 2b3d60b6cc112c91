import type { ClusterSpec } from '../../store/records.ts';
import { getNthAddress } from './cidr.ts';
import { getRelease, type Release } from './releases.ts';

/** A cluster, derived from its spec. Pure: the same spec gives the same cluster. */
export interface Cluster extends Omit<ClusterSpec, 'sshRanges'> {
  readonly release: Release;
  /** Allowed SSH source ranges while SSH access is enabled. */
  readonly sshRanges: readonly string[];
  readonly controllerInstances: readonly Instance[];
  readonly workerInstances: readonly WorkerInstance[];
  /** All instances, controllers first. */
  readonly instances: readonly Instance[];
  /** First address of the service range, at which pods reach the API server. */
  readonly apiServiceAddress: string;
  readonly dnsServiceAddress: string;
}

export interface Instance {
  readonly name: string;
  readonly role: 'controller' | 'worker';
  readonly index: number;
  /** Internal IP address, fixed as in the tutorial. */
  readonly address: string;
}

export interface WorkerInstance extends Instance {
  readonly role: 'worker';
  readonly podCidr: string;
}

/** @throws RangeError for an unknown version */
export function deriveCluster(spec: ClusterSpec): Cluster {
  const createInstance = <R extends Instance['role']>(role: R, index: number, addressOffset: number) => ({
    name: `${spec.name}-${role}-${index}`,
    role,
    index,
    address: getNthAddress(spec.subnet, addressOffset + index),
  });
  const controllerInstances = Array.from({ length: spec.controllers }, (_, i) => createInstance('controller', i, 10));
  const workerInstances = Array.from({ length: spec.workers }, (_, i) => ({
    ...createInstance('worker', i, 20),
    podCidr: getNthPodCidr(spec.podCidr, i),
  }));
  return {
    ...spec,
    release: getRelease(spec.version),
    sshRanges: getSshRanges(spec),
    controllerInstances,
    workerInstances,
    instances: [...controllerInstances, ...workerInstances],
    apiServiceAddress: getNthAddress(spec.serviceCidr, 1),
    dnsServiceAddress: getNthAddress(spec.serviceCidr, 10),
  };
}

/** Allowed SSH source ranges. A spec without them allows any source. */
export function getSshRanges({ sshRanges }: Pick<ClusterSpec, 'sshRanges'>): readonly string[] {
  return sshRanges ?? ['0.0.0.0/0'];
}

/** Each worker gets a /24 of the pod range, as in the tutorial. */
function getNthPodCidr(podCidr: string, n: number): string {
  return `${getNthAddress(podCidr, n * 256)}/24`;
}
