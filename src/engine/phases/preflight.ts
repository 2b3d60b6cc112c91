import ipaddr from 'ipaddr.js';
import type { Cluster } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import type { ComputeClient, MachineType, Quota, ZonalResource } from '../gcp/compute/compute-client.ts';
import { formatCommand } from '../manual/format-command.ts';
import { definePhase } from '../steps/define-phase.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { stepHandle } from '../workflow/step-handle.ts';

export const preflightSteps = {
  checks: stepHandle('preflight/checks'),
  conflicts: stepHandle('preflight/conflicts'),
} as const;

/** Looks for what would stop the build later, before anything is made or costs anything. Tutorial, chapter 1. */
export const preflight = definePhase({
  name: 'preflight',
  title: 'Preflight',
  chapter: 1,
  steps: () => [
    {
      handle: preflightSteps.checks,
      title: 'zone, CIDR ranges, quota and machine type',
      async observe(c) {
        const problems = (await Promise.all([checkZone(c), checkMachineType(c), checkQuota(c)])).flat();
        problems.unshift(...findCidrOverlaps(c.cluster));
        if (problems.length > 0) throw new KthwError('preflight', { problems });
        return markPresent();
      },
      manualCommands: ({ cluster: { zone, region, machineType } }) =>
        [
          formatCommand(['gcloud', 'compute', 'zones', 'describe', zone]),
          formatCommand(['gcloud', 'compute', 'machine-types', 'describe', machineType], { zone }),
          formatCommand(['gcloud', 'compute', 'regions', 'describe', region]),
        ].map((script) => ({ script })),
    },
    {
      handle: preflightSteps.conflicts,
      title: 'no conflicting resources',
      async observe(c) {
        const fields = await c.detectAllDrift();
        return fields.length > 0 ? { status: 'different', differences: [...fields] } : markPresent();
      },
    },
  ],
});

/** Longest that somebody who asked in Slack waits for this. */
const lookupTimeoutMs = 15_000;

/** What etcd and an API server need together to stay up when idle: https://etcd.io/docs/latest/op-guide/hardware/ */
export const minimumControllerSize = { cpus: 1, memoryMb: 2_000 } as const;

/** Pure: ranges that would meet. */
export function findCidrOverlaps({ subnet, podCidr, serviceCidr }: Cluster): string[] {
  const ranges = [
    { name: '--subnet', cidr: subnet },
    { name: '--pod-cidr', cidr: podCidr },
    { name: '--service-cidr', cidr: serviceCidr },
  ];
  return ranges.flatMap((a, i) =>
    ranges
      .slice(i + 1)
      .filter((b) => hasOverlap(a.cidr, b.cidr))
      .map((b) => `${a.name} ${a.cidr} overlaps ${b.name} ${b.cidr}`),
  );
}

/** Pure: what a machine type lacks of what a control plane needs. Nothing: it is large enough. */
export function findShortfalls(type: MachineType): string[] {
  const { cpus, memoryMb } = minimumControllerSize;
  return [
    ...(type.cpus < cpus || type.sharedCpu ? [`a share of a CPU where ${cpus} whole one is needed`] : []),
    ...(type.memoryMb < memoryMb ? [`${type.memoryMb} MB where ${memoryMb} MB are needed`] : []),
  ];
}

/** Pure: why this machine type can't carry a control plane; undefined: it can. */
export function findSizeProblem(name: string, type: MachineType): string | undefined {
  const shortfalls = findShortfalls(type);
  if (shortfalls.length === 0) return undefined;
  return `${name} is too small for etcd and the API server (${shortfalls.join(', ')}): etcd jams on it even when idle; choose e2-standard-2 or larger, or insist with --force-size`;
}

/** Why a cluster that exists can't get machines of this type; undefined: it can. */
export async function findMachineTypeProblem(compute: ComputeClient, ref: ZonalResource): Promise<string | undefined> {
  const type = await compute.getMachineType(ref, AbortSignal.timeout(lookupTimeoutMs));
  if (!type) return `there is no machine type "${ref.name}" in ${ref.zone}`;
  const shortfalls = findShortfalls(type);
  return shortfalls.length > 0
    ? `${ref.name} is too small for etcd and the API server (${shortfalls.join(', ')})`
    : undefined;
}

/** Pure: quotas that so many new machines and static addresses would break. */
export function findQuotaProblems(
  { instances, addresses }: { readonly instances: number; readonly addresses: number },
  region: string,
  type: MachineType,
  quotas: readonly Quota[],
): string[] {
  const requirements: Record<string, number> = {
    CPUS: Math.ceil(type.cpus) * instances,
    // Every machine has an external address, and the API has a static one.
    IN_USE_ADDRESSES: instances + addresses,
    STATIC_ADDRESSES: addresses,
    INSTANCES: instances,
    DISKS_TOTAL_GB: 200 * instances,
  };
  return quotas.flatMap(({ metric, limit, usage }) => {
    const required = requirements[metric];
    if (required === undefined || usage + required <= limit) return [];
    return [`quota ${metric} in ${region}: ${required} needed, ${Math.max(0, limit - usage)} of ${limit} free`];
  });
}

async function checkZone({ compute, cluster, signal }: StepContext): Promise<string[]> {
  const zones = await compute.listZones(cluster.region, signal);
  if (!zones) return [`there is no region "${cluster.region}"`];
  if (zones.includes(cluster.zone)) return [];
  return [`there is no zone "${cluster.zone}" in ${cluster.region}; it has ${zones.join(', ')}`];
}

async function checkMachineType({ compute, cluster, signal }: StepContext): Promise<string[]> {
  const type = await compute.getMachineType({ name: cluster.machineType, zone: cluster.zone }, signal);
  if (!type) return [`there is no machine type "${cluster.machineType}" in ${cluster.zone}`];
  const problem = findSizeProblem(cluster.machineType, type);
  return problem && !cluster.forceSize ? [problem] : [];
}

async function checkQuota({ compute, cluster, signal }: StepContext): Promise<string[]> {
  const { region, zone } = cluster;
  const [type, quotas, address, ...instances] = await Promise.all([
    compute.getMachineType({ name: cluster.machineType, zone }, signal),
    compute.listQuotas(region, signal),
    compute.addresses.get({ name: getResourceNames(cluster).address, region }, signal),
    ...cluster.instances.map(({ name }) => compute.instances.get({ name, zone, region }, signal)),
  ]);
  // What exists already is in the usage.
  const requested = { instances: instances.filter((instance) => !instance).length, addresses: address ? 0 : 1 };
  return type && quotas ? findQuotaProblems(requested, region, type, quotas) : [];
}

function hasOverlap(a: string, b: string): boolean {
  const [addressA, bitsA] = ipaddr.IPv4.parseCIDR(a);
  const [addressB, bitsB] = ipaddr.IPv4.parseCIDR(b);
  return addressA.match(addressB, Math.min(bitsA, bitsB));
}
