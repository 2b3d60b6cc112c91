import { refuse } from '../api/api-error.ts';
import type { Share } from '../resources/resource-kind.ts';
import type { World } from './cloud-state.ts';
import type { Project } from './project.ts';

/** Limits of a new project, roughly; any can be set otherwise. */
const regional: Readonly<Record<string, number>> = {
  CPUS: 24,
  N2_CPUS: 24,
  DISKS_TOTAL_GB: 4096,
  IN_USE_ADDRESSES: 16,
  INSTANCES: 100,
  STATIC_ADDRESSES: 8,
};
const global: Readonly<Record<string, number>> = {
  CPUS_ALL_REGIONS: 64,
  FIREWALLS: 100,
  FORWARDING_RULES: 15,
  HEALTH_CHECKS: 75,
  NETWORKS: 15,
  ROUTES: 250,
  SUBNETWORKS: 175,
  TARGET_POOLS: 50,
};

/** The quotas of a region, or of the whole project where `region` is empty, with what is really used. */
export function quotas(
  project: Project,
  region: string,
  world: World,
): readonly { metric: string; limit: number; usage: number }[] {
  const shares = project.all().flatMap(({ kind, resource }) => kind.quota?.(resource) ?? []);
  return Object.entries(region === '' ? global : regional).map(([metric, usual]) => ({
    metric,
    limit: world.options.quotas[metric] ?? usual,
    usage: shares
      .filter((share) => share.metric === metric && share.region === region)
      .reduce((sum, { amount }) => sum + amount, 0),
  }));
}

/** @throws ApiError 403 quotaExceeded when `shares` more don't fit */
export function claim(project: Project, shares: readonly Share[], world: World): void {
  for (const region of new Set(shares.map((share) => share.region))) {
    for (const { metric, limit, usage } of quotas(project, region, world)) {
      const more = shares
        .filter((share) => share.metric === metric && share.region === region)
        .reduce((sum, { amount }) => sum + amount, 0);
      if (more > 0 && usage + more > limit) {
        throw refuse.quota(metric, limit, region === '' ? 'globally' : `in region ${region}`);
      }
    }
  }
}
