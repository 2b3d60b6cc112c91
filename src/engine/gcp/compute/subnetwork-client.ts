import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { ResourceClient, Subnetwork } from './compute-client.ts';
import { buildLink, getLinkName } from './links.ts';
import { createResourceClient, getOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.ISubnetwork;

export function createSubnetworkClient(api: ComputeApi): ResourceClient<Subnetwork> {
  const { project } = api;
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/subnetworks_client.js')).SubnetworksClient,
  );
  return createResourceClient(api, {
    kind: 'subnet',
    async get({ name, region }, options) {
      return (await (await getClient()).get({ project, region, subnetwork: name }, options))[0];
    },
    async insert(spec, requestId, options) {
      const request = { project, requestId, region: spec.region, subnetworkResource: toRequestBody(project, spec) };
      return getOperation(await (await getClient()).insert(request, options));
    },
    async delete({ name, region }, requestId, options) {
      return getOperation(await (await getClient()).delete({ project, requestId, region, subnetwork: name }, options));
    },
    async list({ region }, options) {
      return (await (await getClient()).list({ project, region }, options))[0];
    },
    toResource: toSubnetwork,
  });
}

export function toSubnetwork({ name, region, network, ipCidrRange }: Raw): Subnetwork {
  return { name: name ?? '', region: getLinkName(region), network: getLinkName(network), range: ipCidrRange ?? '' };
}

function toRequestBody(project: string, { name, network, range }: Subnetwork): Raw {
  return { name, network: buildLink(project, 'networks', { name: network }), ipCidrRange: range };
}
