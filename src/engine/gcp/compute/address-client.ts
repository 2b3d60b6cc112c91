import type { protos } from '@google-cloud/compute';
import type { Api } from './compute-api.ts';
import type { Address, Resource } from './compute-client.ts';
import { nameIn } from './links.ts';
import { resourceOf, startedOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IAddress;
type Found = Address & { readonly address: string };

/** Static external addresses of a region. */
export function addresses(api: Api): Resource<Address, Found> {
  const { project } = api;
  const client = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/addresses_client.js')).AddressesClient,
  );
  return resourceOf(api, {
    kind: 'address',
    async get({ name, region }, options) {
      return (await (await client()).get({ project, region, address: name }, options))[0];
    },
    async insert({ name, region, description }, requestId, options) {
      const request = { project, requestId, region, addressResource: { name, description } };
      return startedOperation(await (await client()).insert(request, options));
    },
    async delete({ name, region }, requestId, options) {
      return startedOperation(await (await client()).delete({ project, requestId, region, address: name }, options));
    },
    async list({ region }, options) {
      return (await (await client()).list({ project, region }, options))[0];
    },
    found: addressFrom,
    async label({ name, region }, regionSetLabelsRequestResource, options) {
      const request = { project, region, resource: name, regionSetLabelsRequestResource };
      return startedOperation(await (await client()).setLabels(request, options));
    },
  });
}

export function addressFrom({ name, region, description, labels, address }: Raw): Found {
  return {
    name: name ?? '',
    region: nameIn(region),
    description: description ?? '',
    labels: labels ?? {},
    address: address ?? '',
  };
}
