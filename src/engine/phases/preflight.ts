import { findCidrOverlaps } from '../cluster/cidr.ts';
import { KthwError } from '../cluster/errors.ts';
import { findSizeProblem } from '../cluster/find-size-problem.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import { findQuotaProblems } from '../gcp/compute/find-quota-problems.ts';
import { formatCommand } from '../manual/format-command.ts';
import { definePhase } from '../steps/cluster-step.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { stepHandle } from '../workflow/step-handle.ts';

export const preflightSteps = {
  checks: stepHandle('preflight/checks'),
  conflicts: stepHandle('preflight/conflicts'),
} as const;

/** Finds problems that would fail the build later, before anything is created. Tutorial, chapter 1. */
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
        problems.unshift(
          ...findCidrOverlaps(c.cluster).map(({ range, otherRange }) => `${otherRange} overlaps ${range}`),
        );
        if (problems.length > 0) throw new KthwError('preflight', { problems });
        return markPresent();
      },
      explained: {
        manualCommands: ({ cluster: { zone, region, machineType } }) => [
          formatCommand(['gcloud', 'compute', 'zones', 'describe', zone]),
          formatCommand(['gcloud', 'compute', 'machine-types', 'describe', machineType], { zone }),
          formatCommand(['gcloud', 'compute', 'regions', 'describe', region]),
        ],
      },
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
  // The usage includes existing resources.
  const requested = { instances: instances.filter((instance) => !instance).length, addresses: address ? 0 : 1 };
  return type && quotas ? findQuotaProblems(requested, region, type, quotas) : [];
}
