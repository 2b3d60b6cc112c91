import type { MachineType, Quota } from './compute-client.ts';

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
