import { describe, expect, test } from 'vitest';
import { findQuotaProblems, getCpuMetric } from '../../../../src/engine/gcp/compute/find-quota-problems.ts';

const region = 'us-west1';
const type = { cpus: 2, memoryMb: 8_192, sharedCpu: false };
const request = { instances: 6, machineType: 'e2-standard-2', addresses: 1, networks: 1, routes: 3 };

function quota(metric: string, limit: number, usage = 0) {
  return { metric, limit, usage };
}

/** Every quota that a new cluster of six instances needs, with the exact limit. */
const regionalNeeds = { CPUS: 12, IN_USE_ADDRESSES: 7, STATIC_ADDRESSES: 1, INSTANCES: 6, DISKS_TOTAL_GB: 1_200 };
const globalNeeds = {
  CPUS_ALL_REGIONS: 12,
  NETWORKS: 1,
  SUBNETWORKS: 1,
  FIREWALLS: 4,
  ROUTES: 3,
  HEALTH_CHECKS: 1,
  TARGET_POOLS: 1,
  FORWARDING_RULES: 1,
};

describe.each([
  ...Object.entries(regionalNeeds).map(([metric, need]) => ({ metric, need, scope: 'regional', where: 'us-west1' })),
  ...Object.entries(globalNeeds).map(([metric, need]) => ({ metric, need, scope: 'global', where: 'all regions' })),
])('the quota $metric', ({ metric, need, scope, where }) => {
  const find = (limit: number, usage: number) =>
    findQuotaProblems(request, type, { region, regional: [], global: [], [scope]: [quota(metric, limit, usage)] });

  test('is enough when it fits exactly', () => {
    expect(find(need + 5, 5)).toEqual([]);
  });

  test('is named with need and rest when one is missing', () => {
    expect(find(need + 4, 5)).toEqual([`quota ${metric} in ${where}: ${need} needed, ${need - 1} of ${need + 4} free`]);
  });

  test('does not matter when nothing is missing', () => {
    const nothing = { ...request, instances: 0, addresses: 0, networks: 0, routes: 0 };
    const quotas = { region, regional: [], global: [], [scope]: [quota(metric, 1, 9)] };
    expect(findQuotaProblems(nothing, type, quotas)).toEqual([]);
  });
});

test.each([
  ['e2-standard-2', 'CPUS'],
  ['n1-standard-1', 'CPUS'],
  ['f1-micro', 'CPUS'],
  ['g1-small', 'CPUS'],
  ['n2-standard-4', 'N2_CPUS'],
  ['n2d-standard-4', 'N2D_CPUS'],
  ['c3-standard-4', 'C3_CPUS'],
  // The region has no quota of this series.
  ['z9-standard-4', 'CPUS'],
])('%s counts against %s', (machineType, metric) => {
  const quotas = ['CPUS', 'N2_CPUS', 'N2D_CPUS', 'C3_CPUS', 'E2_CPUS'].map((name) => quota(name, 8));
  expect(getCpuMetric(machineType, quotas)).toBe(metric);
});

test('compares only the quota of the machine series', () => {
  const regional = [quota('CPUS', 8), quota('N2_CPUS', 24)];
  const n2 = { ...request, machineType: 'n2-standard-2' };
  expect(findQuotaProblems(n2, type, { region, regional, global: [] })).toEqual([]);
  expect(findQuotaProblems(request, type, { region, regional, global: [] })).toHaveLength(1);
});
