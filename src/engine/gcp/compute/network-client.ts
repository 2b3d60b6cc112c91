import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { Network, ResourceClient } from './compute-client.ts';
import { createResourceClient, getOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.INetwork;

/** Custom mode VPC networks. */
export function createNetworkClient(api: ComputeApi): ResourceClient<Network> {
  const { project } = api;
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/networks_client.js')).NetworksClient,
  );
  return createResourceClient(api, {
    kind: 'network',
    async get({ name }, options) {
      return (await (await getClient()).get({ project, network: name }, options))[0];
    },
    async insert(spec, requestId, options) {
      return getOperation(
        await (await getClient()).insert({ project, requestId, networkResource: toRequestBody(spec) }, options),
      );
    },
    async delete({ name }, requestId, options) {
      return getOperation(await (await getClient()).delete({ project, requestId, network: name }, options));
    },
    async list(_, options) {
      return (await (await getClient()).list({ project }, options))[0];
    },
    toResource: toNetwork,
  });
}

export function toNetwork({ name, description }: Raw): Network {
  return { name: name ?? '', description: description ?? '' };
}

function toRequestBody({ name, description }: Network): Raw {
  return { name, description, autoCreateSubnetworks: false, routingConfig: { routingMode: 'REGIONAL' } };
}
