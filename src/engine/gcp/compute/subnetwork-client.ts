import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { ResourceClient, Subnetwork } from './compute-client.ts';
import { createGoogleResourceClient } from './google-resource-client.ts';
import { buildLink, getLinkName } from './links.ts';

type Raw = protos.google.cloud.compute.v1.ISubnetwork;

export function createSubnetworkClient(api: ComputeApi): ResourceClient<Subnetwork> {
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/subnetworks_client.js')).SubnetworksClient,
  );
  return createGoogleResourceClient(api, getClient, {
    kind: 'subnet',
    field: 'subnetwork',
    scope: 'region',
    toRequestBody,
    toResource: toSubnetwork,
  });
}

export function toSubnetwork({ name, region, description, network, ipCidrRange }: Raw): Subnetwork {
  return {
    name: name ?? '',
    region: getLinkName(region),
    description: description ?? '',
    network: getLinkName(network),
    range: ipCidrRange ?? '',
  };
}

function toRequestBody({ name, description, network, range }: Subnetwork, project: string): Raw {
  return { name, description, network: buildLink(project, 'networks', { name: network }), ipCidrRange: range };
}
