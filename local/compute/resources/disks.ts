import type { ResourceBase } from '../state/entity.ts';
import { instances } from './instances/instances.ts';
import { getRegion } from './locations.ts';
import type { ResourceKind } from './resource-kind.ts';

export interface Disk extends ResourceBase {
  readonly sizeGb: string;
  readonly zone: string;
}

/**
 * Boot disks, created with their instance. The API can only read them, and delete disks that outlived their instance.
 */
export const disks: ResourceKind<Disk> = {
  service: 'Disks',
  collection: 'disks',
  message: 'Disk',
  scope: 'zonal',
  computeFields(resource, project) {
    const users = project
      .listByKind(instances)
      .filter((entity) => entity.resource.disks.some(({ source }) => source === resource.selfLink));
    return users.length === 0 ? {} : { users: users.map(({ link }) => link) };
  },
  computeQuotaUsage: ({ zone, sizeGb }) => [
    {
      metric: 'DISKS_TOTAL_GB',
      amount: Number(sizeGb),
      region: getRegion(`zones/${zone.slice(zone.lastIndexOf('/') + 1)}`),
    },
  ],
};
