import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { Address, ResourceClient } from './compute-client.ts';
import { getLinkName } from './links.ts';
import { createResourceClient, getOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IAddress;
type ReservedAddress = Address & { readonly address: string };

/** Static external addresses of a region. */
export function createAddressClient(api: ComputeApi): ResourceClient<Address, ReservedAddress> {
  const { project } = api;
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/addresses_client.js')).AddressesClient,
  );
  return createResourceClient(api, {
    kind: 'address',
    async get({ name, region }, options) {
      return (await (await getClient()).get({ project, region, address: name }, options))[0];
    },
    async insert({ name, region, description }, requestId, options) {
      const request = { project, requestId, region, addressResource: { name, description } };
      return getOperation(await (await getClient()).insert(request, options));
    },
    async delete({ name, region }, requestId, options) {
      return getOperation(await (await getClient()).delete({ project, requestId, region, address: name }, options));
    },
    async list({ region }, options) {
      return (await (await getClient()).list({ project, region }, options))[0];
    },
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
