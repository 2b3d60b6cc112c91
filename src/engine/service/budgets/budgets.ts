import type { ClusterRecord, ClusterSpec } from '../../../store/records.ts';

/** Limits of what people can spend. An absent limit doesn't apply. */
export interface Budgets {
  readonly maxClusters?: number | undefined;
  /** Of all clusters together. */
  readonly maxVcpus?: number | undefined;
  /** Allowed machine series, such as `e2`. */
  readonly machineFamilies?: readonly string[] | undefined;
  /** Largest time between creation and expiry. A cluster then needs a TTL. */
  readonly maxTtlMs?: number | undefined;
  readonly requiresTtl?: boolean | undefined;
}

/** The limit that a request would exceed. */
export type BudgetProblem =
  | { readonly limit: 'clusters'; readonly max: number }
  | { readonly limit: 'vcpus'; readonly max: number; readonly total: number }
  | { readonly limit: 'machineFamilies'; readonly machineType: string; readonly allowed: readonly string[] }
  | { readonly limit: 'maxTtl'; readonly maxTtlMs: number }
  | { readonly limit: 'requiresTtl'; readonly maxTtlMs: number | undefined }
  /** Compute Engine did not return the number of vCPUs. */
  | { readonly limit: 'unknownSize'; readonly machineType: string };

/** Returns why a TTL is not allowed, or undefined. Pure. @param ttlMs from creation to expiry */
export function findTtlProblem(
  { maxTtlMs, requiresTtl }: Budgets,
  ttlMs: number | undefined,
): BudgetProblem | undefined {
  if (ttlMs === undefined)
    return requiresTtl || maxTtlMs !== undefined ? { limit: 'requiresTtl', maxTtlMs } : undefined;
  return maxTtlMs !== undefined && ttlMs > maxTtlMs ? { limit: 'maxTtl', maxTtlMs } : undefined;
}

/** Returns why a machine type is not allowed, or undefined. Pure. */
export function findFamilyProblem(
  { machineFamilies: allowed }: Budgets,
  machineType: string,
): BudgetProblem | undefined {
  // The types `custom-…` are N1. https://cloud.google.com/compute/docs/instances/creating-instance-with-custom-machine-type (2026-12-01)
  const family = machineType.startsWith('custom-') ? 'n1' : machineType.split('-')[0];
  return allowed && !allowed.includes(family ?? '') ? { limit: 'machineFamilies', machineType, allowed } : undefined;
}

interface VcpuDeps {
  readonly listClusters: () => Promise<readonly ClusterRecord[]>;
  /** Spec of an active or queued run, which may be larger than the cluster's. */
  readonly readRunSpec: (run: string) => Promise<ClusterSpec | undefined>;
  /** vCPUs of a machine type; 0 if it doesn't exist. */
  readonly getVcpus: (machineType: string, zone: string) => Promise<number>;
}

/** Returns why a cluster can't get this spec, or undefined. A cluster that doesn't grow is always allowed. */
export async function findSizeBudgetProblem(
  { maxClusters, maxVcpus }: Budgets,
  spec: ClusterSpec,
  { listClusters, readRunSpec, getVcpus }: VcpuDeps,
): Promise<BudgetProblem | undefined> {
  if (maxClusters === undefined && maxVcpus === undefined) return undefined;
  const clusters = await listClusters();
  const current = clusters.find((cluster) => cluster.spec.name === spec.name);
  if (maxClusters !== undefined && !current && clusters.length >= maxClusters)
    return { limit: 'clusters', max: maxClusters };
  if (maxVcpus === undefined) return undefined;
  const countVcpus = async ({ machineType, zone, controllers, workers }: ClusterSpec) =>
    (controllers + workers) * (await getVcpus(machineType, zone));
  try {
    const countCluster = async ({ spec: settled, activeRun, queuedRun }: ClusterRecord) => {
      const runs = [activeRun, queuedRun].flatMap((run) => run ?? []);
      const specs = [settled, ...(await Promise.all(runs.map(readRunSpec))).flatMap((one) => one ?? [])];
      return Math.max(...(await Promise.all(specs.map(countVcpus))));
    };
    const others = clusters.filter((cluster) => cluster !== current);
    const requested = await countVcpus(spec);
    if (current && requested <= (await countVcpus(current.spec))) return undefined;
    const total = (await Promise.all(others.map(countCluster))).reduce((sum, count) => sum + count, requested);
    return total > maxVcpus ? { limit: 'vcpus', max: maxVcpus, total } : undefined;
  } catch {
    return { limit: 'unknownSize', machineType: spec.machineType };
  }
}
