import type { Base } from '../state/entity.ts';
import { instances } from './instances/instances.ts';
import { regionOf } from './locations.ts';
import type { Kind } from './resource-kind.ts';

export interface Disk extends Base {
  readonly sizeGb: string;
  readonly zone: string;
}

/** Disks come with machines; here they are only looked at, and deleted when a machine left one behind. */
export const disks: Kind<Disk> = {
  service: 'Disks',
  collection: 'disks',
  message: 'Disk',
  scope: 'zonal',
  view(resource, project) {
    const users = project
      .of(instances)
      .filter((entity) => entity.resource.disks.some(({ source }) => source === resource.selfLink));
    return users.length === 0 ? {} : { users: users.map(({ link }) => link) };
  },
  quota: ({ zone, sizeGb }) => [
    {
      metric: 'DISKS_TOTAL_GB',
      amount: Number(sizeGb),
      region: regionOf(`zones/${zone.slice(zone.lastIndexOf('/') + 1)}`),
    },
  ],
};
