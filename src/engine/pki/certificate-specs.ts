import type { Cluster } from '../cluster/cluster.ts';

/** A certificate as it should be, before it is made. */
export interface CertificateSpec {
  /** Its place in the vault, and the name of its file on a machine. */
  readonly name: string;
  readonly commonName: string;
  /** The group, as Kubernetes reads it; or several. */
  readonly organization: string | readonly string[];
  /** Addresses and names that it is valid for. */
  readonly hosts: readonly string[];
  /** @default both, as cfssl's profile of the tutorial */
  readonly usages?: readonly ('server' | 'client')[];
  /** Who signs it. @default the cluster's authority */
  readonly issuer?: 'etcd';
}

/** What is known only once the addresses are reserved. */
export interface ClusterAddresses {
  /** Where clients reach the API server. */
  readonly publicAddress: string;
  /** External address by machine; machines without one are left out. */
  readonly externalAddresses: Readonly<Record<string, string>>;
}

/** Every certificate of a cluster, with the tutorial's names and groups: those of components first, then one a worker. */
export function listCertificateSpecs(cluster: Cluster, addresses: ClusterAddresses): readonly CertificateSpec[] {
  return [
    buildClientSpec('admin', 'admin', 'system:masters'),
    buildClientSpec('kube-controller-manager', 'system:kube-controller-manager', 'system:kube-controller-manager'),
    buildClientSpec('kube-proxy', 'system:kube-proxy', 'system:node-proxier'),
    buildClientSpec('kube-scheduler', 'system:kube-scheduler', 'system:kube-scheduler'),
    buildClientSpec('service-account', 'service-accounts', 'Kubernetes'),
    {
      name: 'kubernetes',
      commonName: 'kubernetes',
      organization: 'Kubernetes',
      hosts: deduplicate([
        cluster.apiServiceAddress,
        ...cluster.controllerInstances.map((m) => m.address),
        addresses.publicAddress,
        '127.0.0.1',
        ...apiServerDnsNames,
        ...cluster.controllerInstances.map((m) => m.name),
      ]),
    },
    // May see whether the API server is well, as everybody who has a certificate, and nothing else.
    { ...buildClientSpec('health-check', 'kthw:health-check', []), usages: ['client'] },
    {
      name: 'etcd',
      commonName: 'etcd',
      organization: 'etcd',
      issuer: 'etcd',
      hosts: deduplicate([...cluster.controllerInstances.flatMap((m) => [m.address, m.name]), '127.0.0.1']),
    },
    {
      ...buildClientSpec('apiserver-etcd-client', 'kube-apiserver-etcd-client', 'etcd'),
      usages: ['client'],
      issuer: 'etcd',
    },
    ...cluster.workerInstances.map((worker) => ({
      name: worker.name,
      commonName: `system:node:${worker.name}`,
      organization: 'system:nodes',
      hosts: [worker.name, ...toArray(addresses.externalAddresses[worker.name]), worker.address],
    })),
  ];
}

/** The API server as pods call it. */
const apiServerDnsNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster',
  'kubernetes.default.svc.cluster.local',
];

function buildClientSpec(
  name: string,
  commonName: string,
  organization: CertificateSpec['organization'],
): CertificateSpec {
  return { name, commonName, organization, hosts: [] };
}

function toArray(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

function deduplicate(values: readonly string[]): string[] {
  return [...new Set(values)];
}
