import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { Network, NetworkState, ResourceClient } from './compute-client.ts';
import { createGoogleResourceClient } from './google-resource-client.ts';
import { getLinkName, getLinkSegment } from './links.ts';
import { sortValues } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.INetwork;

/** Custom mode VPC networks. */
export function createNetworkClient(api: ComputeApi): ResourceClient<Network, Network & NetworkState> {
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/networks_client.js')).NetworksClient,
  );
  return createGoogleResourceClient(api, getClient, {
    kind: 'network',
    field: 'network',
    scope: 'global',
    toRequestBody,
    toResource: toNetwork,
  });
}

function toNetwork({ name, description, subnetworks, peerings }: Raw): Network & NetworkState {
  return {
    name: name ?? '',
    description: description ?? '',
    subnetworks: sortValues(subnetworks?.map((link) => `${getLinkSegment(link, 'regions')}/${getLinkName(link)}`)),
    peerings: sortValues(peerings?.map((peering) => peering.name ?? '')),
  };
}

function toRequestBody({ name, description }: Network): Raw {
  return { name, description, autoCreateSubnetworks: false, routingConfig: { routingMode: 'REGIONAL' } };
}
