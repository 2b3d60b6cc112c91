import { linkTo } from '../../api/links.ts';
import type { MachineLimits } from '../../machine-backend.ts';
import type { Base } from '../../state/entity.ts';
import { timestamp } from '../../state/identity.ts';
import { zoneNames } from '../locations.ts';
import type { Kind } from '../resource-kind.ts';

export interface MachineType extends Base {
  readonly guestCpus: number;
  readonly memoryMb: number;
  readonly isSharedCpu: boolean;
  readonly zone: string;
}

/** vCPUs that the guest sees, memory in MB, and for shared-core types the part of a core that one really has. */
const types: Readonly<Record<string, readonly [guestCpus: number, memoryMb: number, share?: number]>> = {
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
};

const since = timestamp();

export const machineTypes: Kind<MachineType> = {
  service: 'MachineTypes',
  collection: 'machineTypes',
  message: 'MachineType',
  scope: 'zonal',
  catalogue(project, scope) {
    const zone = scope.replace('zones/', '');
    if (!zoneNames().includes(zone)) return [];
    return Object.entries(types).map(([name, [guestCpus, memoryMb, share]], at) => ({
      kind: 'compute#machineType',
      id: String(1000 + at),
      creationTimestamp: since,
      name,
      description: `${guestCpus} vCPU${guestCpus === 1 ? '' : 's'}${share === undefined ? '' : ' (shared physical core)'} and ${memoryMb} MB RAM`,
      guestCpus,
      memoryMb,
      imageSpaceGb: 0,
      maximumPersistentDisks: share === undefined ? 128 : 16,
      maximumPersistentDisksSizeGb: share === undefined ? '263168' : '3072',
      isSharedCpu: share !== undefined,
      zone,
      selfLink: linkTo(project.id, scope, 'machineTypes', name),
    }));
  },
};

/** vCPUs as the quota counts them, and the name of that quota. */
export function cpusOf(type: string): { readonly metric: string; readonly amount: number } | undefined {
  const known = types[type];
  return known === undefined ? undefined : { metric: type.startsWith('n2-') ? 'N2_CPUS' : 'CPUS', amount: known[0] };
}

export function limitsOf(type: string): MachineLimits {
  const [guestCpus, memoryMb, share] = types[type] ?? [1, 1024];
  return { cpus: share ?? guestCpus, memoryBytes: memoryMb * 1024 * 1024 };
}
