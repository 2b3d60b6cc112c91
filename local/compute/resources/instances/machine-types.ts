import { buildLink } from '../../api/links.ts';
import type { MachineLimits } from '../../machine-backend.ts';
import type { ResourceBase } from '../../state/entity.ts';
import { getTimestamp } from '../../state/identity.ts';
import { listZoneNames } from '../locations.ts';
import type { ResourceKind } from '../resource-kind.ts';

export interface MachineType extends ResourceBase {
  readonly guestCpus: number;
  readonly memoryMb: number;
  readonly isSharedCpu: boolean;
  readonly zone: string;
}

/** vCPUs visible to the guest, memory in MB, and for shared-core types the fraction of a core. */
const machineTypeSpecs: Readonly<Record<string, readonly [guestCpus: number, memoryMb: number, share?: number]>> = {
  'f1-micro': [1, 614, 0.2],
  'g1-small': [1, 1740, 0.5],
  'e2-micro': [2, 1024, 0.25],
  'e2-small': [2, 2048, 0.5],
  'e2-medium': [2, 4096, 1],
  'e2-standard-2': [2, 8192],
  'e2-standard-4': [4, 16384],
  'e2-standard-8': [8, 32768],
  'n1-standard-1': [1, 3840],
  'n1-standard-2': [2, 7680],
  'n1-standard-4': [4, 15360],
  'n2-standard-2': [2, 8192],
  'n2-standard-4': [4, 16384],
  'c4-standard-2': [2, 7168],
  't2a-standard-2': [2, 8192],
};

/** Series of Arm processors. https://cloud.google.com/compute/docs/instances/arm-on-compute, 2026-12-01 */
const armSeries: ReadonlySet<string> = new Set(['t2a', 'c4a', 'n4a']);
/** Series without Persistent Disk. https://cloud.google.com/compute/docs/disks/hyperdisks, 2026-12-01 */
const hyperdiskSeries: ReadonlySet<string> = new Set(['c4', 'c4a', 'c4d', 'n4', 'n4a', 'n4d']);

export function getArchitecture(type: string): 'ARM64' | 'X86_64' {
  return armSeries.has(getSeries(type)) ? 'ARM64' : 'X86_64';
}

export function requiresHyperdisk(type: string): boolean {
  return hyperdiskSeries.has(getSeries(type));
}

function getSeries(type: string): string {
  return type.split('-')[0] ?? '';
}

const creationTimestamp = getTimestamp();

export const machineTypes: ResourceKind<MachineType> = {
  service: 'MachineTypes',
  collection: 'machineTypes',
  message: 'MachineType',
  scope: 'zonal',
  listPredefined(project, scope) {
    const zone = scope.replace('zones/', '');
    if (!listZoneNames().includes(zone)) return [];
    return Object.entries(machineTypeSpecs).map(([name, [guestCpus, memoryMb, share]], at) => ({
      kind: 'compute#machineType',
      id: String(1000 + at),
      creationTimestamp,
      name,
      description: `${guestCpus} vCPU${guestCpus === 1 ? '' : 's'}${share === undefined ? '' : ' (shared physical core)'} and ${memoryMb} MB RAM`,
      guestCpus,
      memoryMb,
      imageSpaceGb: 0,
      maximumPersistentDisks: share === undefined ? 128 : 16,
      maximumPersistentDisksSizeGb: share === undefined ? '263168' : '3072',
      isSharedCpu: share !== undefined,
      architecture: getArchitecture(name),
      zone,
      selfLink: buildLink(project.id, scope, 'machineTypes', name),
    }));
  },
};

const cpuMetricBySeries: Readonly<Record<string, string>> = { n2: 'N2_CPUS', c4: 'C4_CPUS', t2a: 'T2A_CPUS' };

/** vCPUs as counted by the quota, and the quota's name. */
export function findCpuQuotaUsage(type: string): { readonly metric: string; readonly amount: number } | undefined {
  const machineTypeSpec = findSpec(type);
  return machineTypeSpec === undefined
    ? undefined
    : { metric: cpuMetricBySeries[getSeries(type)] ?? 'CPUS', amount: machineTypeSpec[0] };
}

export function getMachineLimits(type: string): MachineLimits {
  const [guestCpus, memoryMb, share] = findSpec(type) ?? [1, 1024];
  return { cpus: share ?? guestCpus, memoryBytes: memoryMb * 1024 * 1024 };
}

function findSpec(type: string) {
  return Object.hasOwn(machineTypeSpecs, type) ? machineTypeSpecs[type] : undefined;
}
