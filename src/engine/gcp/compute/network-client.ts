import type { protos } from '@google-cloud/compute';
import type { Api } from './compute-api.ts';
import type { Network, Resource } from './compute-client.ts';
import { resourceOf, startedOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.INetwork;

/** Networks with subnets of our own choice. */
export function networks(api: Api): Resource<Network> {
  const { project } = api;
  const client = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/networks_client.js')).NetworksClient,
  );
  return resourceOf(api, {
    kind: 'network',
    async get({ name }, options) {
      return (await (await client()).get({ project, network: name }, options))[0];
    },
    async insert(spec, requestId, options) {
      return startedOperation(
        await (await client()).insert({ project, requestId, networkResource: bodyOf(spec) }, options),
      );
    },
    async delete({ name }, requestId, options) {
      return startedOperation(await (await client()).delete({ project, requestId, network: name }, options));
    },
    async list(_, options) {
      return (await (await client()).list({ project }, options))[0];
    },
    found: networkFrom,
  });
}

export function networkFrom({ name, description }: Raw): Network {
  return { name: name ?? '', description: description ?? '' };
}

function bodyOf({ name, description }: Network): Raw {
  return { name, description, autoCreateSubnetworks: false, routingConfig: { routingMode: 'REGIONAL' } };
}
