import type { MachineType, Quota } from './compute-client.ts';

/** What a cluster still needs. */
interface QuotaRequest {
  /** Missing instances, of this type. */
  readonly instances: number;
  readonly machineType: string;
  /** Missing static addresses. */
  readonly addresses: number;
  /** Missing networks: each has a subnet, firewall rules and a load balancer. */
  readonly networks: number;
  /** Missing routes. */
  readonly routes: number;
}

interface ProjectQuotas {
  readonly region: string;
  readonly regional: readonly Quota[];
  readonly global: readonly Quota[];
}

/** Resources of each cluster. */
const firewallsPerNetwork = 4;

/** Lists quotas that the missing resources would exceed. Pure. */
export function findQuotaProblems(
  { instances, machineType, addresses, networks, routes }: QuotaRequest,
  type: MachineType,
  { region, regional, global }: ProjectQuotas,
): string[] {
  const cpus = Math.ceil(type.cpus) * instances;
  const regionalNeeds: Record<string, number> = {
    [getCpuMetric(machineType, regional)]: cpus,
    // Every instance has an external address, and the API server has a static one.
    IN_USE_ADDRESSES: instances + addresses,
    STATIC_ADDRESSES: addresses,
    INSTANCES: instances,
    DISKS_TOTAL_GB: 200 * instances,
  };
  const globalNeeds: Record<string, number> = {
    CPUS_ALL_REGIONS: cpus,
    NETWORKS: networks,
    SUBNETWORKS: networks,
    FIREWALLS: networks * firewallsPerNetwork,
    ROUTES: routes,
    HEALTH_CHECKS: networks,
    TARGET_POOLS: networks,
    FORWARDING_RULES: networks,
  };
  return [
    ...listExceeded(regional, regionalNeeds, ` in ${region}`),
    ...listExceeded(global, globalNeeds, ' in all regions'),
  ];
}

/**
 * The CPU quota of a machine type: most series have their own. E2, N1 and shared-core types share `CPUS`.
 * https://cloud.google.com/compute/resource-usage, 2026-12-01
 */
export function getCpuMetric(machineType: string, regional: readonly Quota[]): string {
  const [series = ''] = machineType.split('-');
  const metric = `${series.toUpperCase()}_CPUS`;
  const isShared = ['e2', 'n1', 'f1', 'g1'].includes(series);
  return !isShared && regional.some((quota) => quota.metric === metric) ? metric : 'CPUS';
}

function listExceeded(quotas: readonly Quota[], needs: Readonly<Record<string, number>>, where: string): string[] {
  return quotas.flatMap(({ metric, limit, usage }) => {
    const required = needs[metric] ?? 0;
    if (required === 0 || usage + required <= limit) return [];
    return [`quota ${metric}${where}: ${required} needed, ${Math.max(0, limit - usage)} of ${limit} free`];
  });
}
