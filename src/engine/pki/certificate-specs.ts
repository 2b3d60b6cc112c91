import type { Cluster } from '../cluster/cluster.ts';

/** A certificate as it should be, before it is made. */
export interface WantedCertificate {
  /** Its place in the vault, and the name of its file on a machine. */
  readonly name: string;
  readonly commonName: string;
  /** The group, as Kubernetes reads it; or several. */
  readonly organization: string | readonly string[];
  /** Addresses and names that it is valid for. */
  readonly hosts: readonly string[];
  /** @default both, as cfssl's profile of the tutorial */
  readonly uses?: readonly ('server' | 'client')[];
  /** Who signs it. @default the cluster's authority */
  readonly signedBy?: 'etcd';
}

/** What is known only once the addresses are reserved. */
export interface KnownAddresses {
  /** Where clients reach the API server. */
  readonly publicAddress: string;
  /** External address by machine; machines without one are left out. */
  readonly externalAddresses: Readonly<Record<string, string>>;
}

/** Every certificate of a cluster, with the tutorial's names and groups: those of components first, then one a worker. */
export function certificatesOf(cluster: Cluster, known: KnownAddresses): readonly WantedCertificate[] {
  return [
    client('admin', 'admin', 'system:masters'),
    client('kube-controller-manager', 'system:kube-controller-manager', 'system:kube-controller-manager'),
    client('kube-proxy', 'system:kube-proxy', 'system:node-proxier'),
    client('kube-scheduler', 'system:kube-scheduler', 'system:kube-scheduler'),
    client('service-account', 'service-accounts', 'Kubernetes'),
    {
      name: 'kubernetes',
      commonName: 'kubernetes',
      organization: 'Kubernetes',
      hosts: unique([
        cluster.apiServiceAddress,
        ...cluster.controllerMachines.map((m) => m.address),
        known.publicAddress,
        '127.0.0.1',
        ...apiServerNames,
        ...cluster.controllerMachines.map((m) => m.name),
      ]),
    },
    // May see whether the API server is well, as everybody who has a certificate, and nothing else.
    { ...client('health-check', 'kthw:health-check', []), uses: ['client'] },
    {
      name: 'etcd',
      commonName: 'etcd',
      organization: 'etcd',
      signedBy: 'etcd',
      hosts: unique([...cluster.controllerMachines.flatMap((m) => [m.address, m.name]), '127.0.0.1']),
    },
    {
      ...client('apiserver-etcd-client', 'kube-apiserver-etcd-client', 'etcd'),
      uses: ['client'],
      signedBy: 'etcd',
    },
    ...cluster.workerMachines.map((worker) => ({
      name: worker.name,
      commonName: `system:node:${worker.name}`,
      organization: 'system:nodes',
      hosts: [worker.name, ...optional(known.externalAddresses[worker.name]), worker.address],
    })),
  ];
}

/** The API server as pods call it. */
const apiServerNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster',
  'kubernetes.default.svc.cluster.local',
];

function client(name: string, commonName: string, organization: WantedCertificate['organization']): WantedCertificate {
  return { name, commonName, organization, hosts: [] };
}

function optional(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
