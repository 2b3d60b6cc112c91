import { apiErrors } from '../api/api-error.ts';
import type { Entity, ResourceBase } from '../state/entity.ts';
import { getNatAddress } from '../state/external-addresses.ts';
import type { Project } from '../state/project.ts';
import { forwardingRules } from './forwarding-rules.ts';
import { instances } from './instances/instances.ts';
import { getRegion } from './locations.ts';
import type { ResourceKind } from './resource-kind.ts';
import { setLabels } from './set-labels.ts';

export interface Address extends ResourceBase {
  readonly address: string;
  readonly addressType: string;
}

export const addresses: ResourceKind<Address> = {
  service: 'Addresses',
  collection: 'addresses',
  message: 'Address',
  scope: 'regional',
  draftResource(body, context) {
    if (body.addressType === 'INTERNAL') throw apiErrors.notImplemented('A reserved internal address');
    if (body.address !== undefined)
      throw apiErrors.invalidField(
        'resource.address',
        body.address,
        'Specified IP address is not allocated to the project.',
      );
    const resource = {
      networkTier: 'PREMIUM',
      ...body,
      address: context.cloud.allocateAddress(),
      addressType: 'EXTERNAL',
    };
    return { resource };
  },
  computeFields(resource, project) {
    const users = listAddressUsers(resource.address, project);
    return users.length === 0 ? { status: 'RESERVED' } : { status: 'IN_USE', users };
  },
  computeQuotaUsage: (resource) => [{ metric: 'STATIC_ADDRESSES', amount: 1, region: parseRegion(resource) }],
  customMethods: { SetLabels: setLabels },
};

/** Finds the reserved address with this IP in a region. */
export function findReservedAddress(
  ipAddress: string | undefined,
  region: string,
  project: Project,
): Entity<Address> | undefined {
  return project
    .listByKind(addresses)
    .find(
      ({ resource, scope, state }) =>
        state === 'ready' && resource.address === ipAddress && getRegion(scope) === region,
    );
}

/** Links to the users of an external address. */
export function listAddressUsers(address: string, project: Project): readonly string[] {
  return [
    ...project.listByKind(instances).filter(({ resource }) => getNatAddress(resource) === address),
    ...project.listByKind(forwardingRules).filter(({ resource }) => resource.IPAddress === address),
  ].map(({ link }) => link);
}

function parseRegion({ selfLink }: ResourceBase): string {
  return /regions\/([^/]+)/.exec(selfLink)?.[1] ?? '';
}
