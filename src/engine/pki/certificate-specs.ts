import type { Cluster } from '../cluster/cluster.ts';

/** Specification of a certificate to issue. */
export interface CertificateSpec {
  /** Name in the vault and base name of the file on instances. */
  readonly name: string;
  readonly commonName: string;
  /** Kubernetes reads each organization as a group. */
  readonly organization: string | readonly string[];
  /** Subject alternative names: IP addresses and DNS names. */
  readonly hosts: readonly string[];
  /** @default both, as in the tutorial's cfssl profile */
  readonly usages?: readonly ('server' | 'client')[];
  /** @default the cluster CA */
  readonly issuer?: 'etcd';
}

/** Addresses that are known only after their reservation. */
interface ClusterAddresses {
  /** Public IP address of the API server. */
  readonly publicAddress: string;
  /** External IP addresses by instance name. */
  readonly externalAddresses: Readonly<Record<string, string>>;
}

/** Lists all certificates of a cluster, with the tutorial's names and groups: components first, then one per worker. */
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
    // Without a role binding, this certificate can only read the API server's health.
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

/** DNS names of the API server inside the cluster. */
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
