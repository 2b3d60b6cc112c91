import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { Address, ResourceClient } from './compute-client.ts';
import { createGoogleResourceClient, getOperation } from './google-resource-client.ts';
import { getLinkName } from './links.ts';

type Raw = protos.google.cloud.compute.v1.IAddress;
type ReservedAddress = Address & { readonly address: string };

/** Static external addresses of a region. */
export function createAddressClient(api: ComputeApi): ResourceClient<Address, ReservedAddress> {
  const { project } = api;
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/addresses_client.js')).AddressesClient,
  );
  return createGoogleResourceClient(api, getClient, {
    kind: 'address',
    field: 'address',
    scope: 'region',
    toRequestBody: ({ name, description }) => ({ name, description }),
    toResource: toAddress,
    async setLabels({ name, region }, regionSetLabelsRequestResource, options) {
      const request = { project, region, resource: name, regionSetLabelsRequestResource };
      return getOperation(await (await getClient()).setLabels(request, options));
    },
  });
}

export function toAddress({ name, region, description, labels, address }: Raw): ReservedAddress {
  return {
    name: name ?? '',
    region: getLinkName(region),
    description: description ?? '',
    labels: labels ?? {},
    address: address ?? '',
  };
}
