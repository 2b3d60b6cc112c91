import ipaddr from 'ipaddr.js';
import type { Cluster } from '../cluster/cluster.ts';
import { names } from '../cluster/resource-names.ts';
import type { Cloud, MachineType, Quota, Zonal } from '../gcp/compute/compute-client.ts';
import { command } from '../manual/shell.ts';
import { KthwError } from '../workflow/errors.ts';
import { type Context, definePhase, present } from '../workflow/step.ts';

/** Looks for what would stop the build later, before anything is made or costs anything. Tutorial, chapter 1. */
export const preflight = definePhase({
  name: 'preflight',
  title: 'Preflight',
  chapter: 1,
  after: [],
  steps: () => [
    {
      key: 'preflight/checks',
      title: 'names, ranges, quota and machine size',
      async observe(c) {
        const problems = (await Promise.all([place(c), machineSize(c), quota(c)])).flat();
        problems.unshift(...rangeProblems(c.cluster));
        if (problems.length > 0) throw new KthwError('preflight', { problems });
        return present();
      },
      byHand: ({ cluster: { zone, region, machineType } }) =>
        [
          command(['gcloud', 'compute', 'zones', 'describe', zone]),
          command(['gcloud', 'compute', 'machine-types', 'describe', machineType], { zone }),
          command(['gcloud', 'compute', 'regions', 'describe', region]),
        ].map((script) => ({ script })),
    },
    {
      key: 'preflight/conflicts',
      title: 'nothing of these names that differs',
      async observe(c) {
        const fields = await c.survey();
        return fields.length > 0 ? { is: 'different', fields: [...fields] } : present();
      },
    },
  ],
});

/** Longest that somebody who asked in Slack waits for this. */
const lookMs = 15_000;

/** What etcd and an API server need together to stay up when idle: https://etcd.io/docs/latest/op-guide/hardware/ */
export const smallestController = { cpus: 1, memoryMb: 2_000 } as const;

/** Pure: ranges that would meet. */
export function rangeProblems({ subnet, podCidr, serviceCidr }: Cluster): string[] {
  const ranges = [
    { name: '--subnet', cidr: subnet },
    { name: '--pod-cidr', cidr: podCidr },
    { name: '--service-cidr', cidr: serviceCidr },
  ];
  return ranges.flatMap((a, i) =>
    ranges
      .slice(i + 1)
      .filter((b) => overlap(a.cidr, b.cidr))
      .map((b) => `${a.name} ${a.cidr} overlaps ${b.name} ${b.cidr}`),
  );
}

/** Pure: what a machine type lacks of what a control plane needs. Nothing: it is large enough. */
export function shortfalls(type: MachineType): string[] {
  const { cpus, memoryMb } = smallestController;
  return [
    ...(type.cpus < cpus || type.sharedCpu ? [`a share of a CPU where ${cpus} whole one is needed`] : []),
    ...(type.memoryMb < memoryMb ? [`${type.memoryMb} MB where ${memoryMb} MB are needed`] : []),
  ];
}

/** Pure: why this machine type can't carry a control plane; undefined: it can. */
export function sizeProblem(name: string, type: MachineType): string | undefined {
  const short = shortfalls(type);
  if (short.length === 0) return undefined;
  return `${name} is too small for etcd and the API server (${short.join(', ')}): etcd jams on it even when idle; choose e2-standard-2 or larger, or insist with --force-size`;
}

/** Why a cluster that exists can't get machines of this type; undefined: it can. */
export async function typeProblem(cloud: Cloud, at: Zonal): Promise<string | undefined> {
  const type = await cloud.machineType(at, AbortSignal.timeout(lookMs));
  if (!type) return `there is no machine type "${at.name}" in ${at.zone}`;
  const short = shortfalls(type);
  return short.length > 0 ? `${at.name} is too small for etcd and the API server (${short.join(', ')})` : undefined;
}

/** Pure: quotas that so many new machines and static addresses would break. */
export function quotaProblems(
  { machines, addresses }: { readonly machines: number; readonly addresses: number },
  region: string,
  type: MachineType,
  quotas: readonly Quota[],
): string[] {
  const needs: Record<string, number> = {
    CPUS: Math.ceil(type.cpus) * machines,
    // Every machine has an external address, and the API has a static one.
    IN_USE_ADDRESSES: machines + addresses,
    STATIC_ADDRESSES: addresses,
    INSTANCES: machines,
    DISKS_TOTAL_GB: 200 * machines,
  };
  return quotas.flatMap(({ metric, limit, usage }) => {
    const need = needs[metric];
    if (need === undefined || usage + need <= limit) return [];
    return [`quota ${metric} in ${region}: ${need} needed, ${Math.max(0, limit - usage)} of ${limit} free`];
  });
}

async function place({ cloud, cluster, signal }: Context): Promise<string[]> {
  const zones = await cloud.zones(cluster.region, signal);
  if (!zones) return [`there is no region "${cluster.region}"`];
  if (zones.includes(cluster.zone)) return [];
  return [`there is no zone "${cluster.zone}" in ${cluster.region}; it has ${zones.join(', ')}`];
}

async function machineSize({ cloud, cluster, signal }: Context): Promise<string[]> {
  const type = await cloud.machineType({ name: cluster.machineType, zone: cluster.zone }, signal);
  if (!type) return [`there is no machine type "${cluster.machineType}" in ${cluster.zone}`];
  const problem = sizeProblem(cluster.machineType, type);
  return problem && !cluster.forceSize ? [problem] : [];
}

async function quota({ cloud, cluster, signal }: Context): Promise<string[]> {
  const { region, zone } = cluster;
  const [type, quotas, address, ...machines] = await Promise.all([
    cloud.machineType({ name: cluster.machineType, zone }, signal),
    cloud.quotas(region, signal),
    cloud.addresses.get({ name: names(cluster).address, region }, signal),
    ...cluster.machines.map(({ name }) => cloud.instances.get({ name, zone, region }, signal)),
  ]);
  // What exists already is in the usage.
  const wanted = { machines: machines.filter((found) => !found).length, addresses: address ? 0 : 1 };
  return type && quotas ? quotaProblems(wanted, region, type, quotas) : [];
}

function overlap(a: string, b: string): boolean {
  const [addressA, bitsA] = ipaddr.IPv4.parseCIDR(a);
  const [addressB, bitsB] = ipaddr.IPv4.parseCIDR(b);
  return addressA.match(addressB, Math.min(bitsA, bitsB));
}
