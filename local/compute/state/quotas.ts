import { apiErrors } from '../api/api-error.ts';
import type { QuotaUsage } from '../resources/resource-kind.ts';
import type { CloudState } from './cloud-state.ts';
import type { Project } from './project.ts';

/** Approximate default limits of a new project; each can be overridden. */
const regionalLimits: Readonly<Record<string, number>> = {
  CPUS: 24,
  N2_CPUS: 24,
  C4_CPUS: 24,
  T2A_CPUS: 24,
  DISKS_TOTAL_GB: 4096,
  IN_USE_ADDRESSES: 16,
  INSTANCES: 100,
  STATIC_ADDRESSES: 8,
};
const globalLimits: Readonly<Record<string, number>> = {
  CPUS_ALL_REGIONS: 64,
  FIREWALLS: 100,
  FORWARDING_RULES: 15,
  HEALTH_CHECKS: 75,
  NETWORKS: 15,
  ROUTES: 250,
  SUBNETWORKS: 175,
  TARGET_POOLS: 50,
};

/** Quotas of a region (or of the project if `region` is empty), with actual usage. */
export function computeQuotas(
  project: Project,
  region: string,
  cloud: CloudState,
): readonly { metric: string; limit: number; usage: number }[] {
  const usages = project.listEntities().flatMap(({ kind, resource }) => kind.computeQuotaUsage?.(resource) ?? []);
  return Object.entries(region === '' ? globalLimits : regionalLimits).map(([metric, defaultLimit]) => ({
    metric,
    limit: cloud.options.quotas[metric] ?? defaultLimit,
    usage: usages
      .filter((quotaUsage) => quotaUsage.metric === metric && quotaUsage.region === region)
      .reduce((sum, { amount }) => sum + amount, 0),
  }));
}

/** @throws ApiError 403 quotaExceeded when `shares` would exceed a limit */
export function assertQuota(project: Project, usages: readonly QuotaUsage[], cloud: CloudState): void {
  for (const region of new Set(usages.map((quotaUsage) => quotaUsage.region))) {
    for (const { metric, limit, usage } of computeQuotas(project, region, cloud)) {
      const requestedAmount = usages
        .filter((quotaUsage) => quotaUsage.metric === metric && quotaUsage.region === region)
        .reduce((sum, { amount }) => sum + amount, 0);
      if (requestedAmount > 0 && usage + requestedAmount > limit) {
        throw apiErrors.quotaExceeded(metric, limit, region === '' ? 'globally' : `in region ${region}`);
      }
    }
  }
}
