import { refuse } from '../api/api-error.ts';
import type { Base, Entity } from '../state/entity.ts';
import { natAddress } from '../state/external-addresses.ts';
import type { Project } from '../state/project.ts';
import { forwardingRules } from './forwarding-rules.ts';
import { instances } from './instances/instances.ts';
import { regionOf } from './locations.ts';
import type { Kind } from './resource-kind.ts';
import { setLabels } from './set-labels.ts';

export interface Address extends Base {
  readonly address: string;
  readonly addressType: string;
}

export const addresses: Kind<Address> = {
  service: 'Addresses',
  collection: 'addresses',
  message: 'Address',
  scope: 'regional',
  insert(body, site) {
    if (body.addressType === 'INTERNAL') throw refuse.absentHere('a reserved internal address');
    if (body.address !== undefined)
      throw refuse.field('resource.address', body.address, 'Specified IP address is not allocated to the project.');
    const resource = {
      networkTier: 'PREMIUM',
      ...body,
      address: site.world.allot(),
      addressType: 'EXTERNAL',
    };
    return { resource };
  },
  view(resource, project) {
    const users = usersOf(resource.address, project);
    return users.length === 0 ? { status: 'RESERVED' } : { status: 'IN_USE', users };
  },
  quota: (resource) => [{ metric: 'STATIC_ADDRESSES', amount: 1, region: regionOfLink(resource) }],
  verbs: { SetLabels: setLabels },
};

/** The reserved address of a region that has this number. */
export function reservedAs(number: string | undefined, region: string, project: Project): Entity<Address> | undefined {
  return project
    .of(addresses)
    .find(
      ({ resource, scope, state }) => state === 'ready' && resource.address === number && regionOf(scope) === region,
    );
}

/** Links to what uses an external address. */
export function usersOf(address: string, project: Project): readonly string[] {
  return [
    ...project.of(instances).filter(({ resource }) => natAddress(resource) === address),
    ...project.of(forwardingRules).filter(({ resource }) => resource.IPAddress === address),
  ].map(({ link }) => link);
}

function regionOfLink({ selfLink }: Base): string {
  return /regions\/([^/]+)/.exec(selfLink)?.[1] ?? '';
}
