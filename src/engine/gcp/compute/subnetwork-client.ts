import type { protos } from '@google-cloud/compute';
import type { Api } from './compute-api.ts';
import type { Resource, Subnetwork } from './compute-client.ts';
import { linkTo, nameIn } from './links.ts';
import { resourceOf, startedOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.ISubnetwork;

export function subnetworks(api: Api): Resource<Subnetwork> {
  const { project } = api;
  const client = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/subnetworks_client.js')).SubnetworksClient,
  );
  return resourceOf(api, {
    kind: 'subnet',
    async get({ name, region }, options) {
      return (await (await client()).get({ project, region, subnetwork: name }, options))[0];
    },
    async insert(spec, requestId, options) {
      const request = { project, requestId, region: spec.region, subnetworkResource: bodyOf(project, spec) };
      return startedOperation(await (await client()).insert(request, options));
    },
    async delete({ name, region }, requestId, options) {
      return startedOperation(await (await client()).delete({ project, requestId, region, subnetwork: name }, options));
    },
    async list({ region }, options) {
      return (await (await client()).list({ project, region }, options))[0];
    },
    found: subnetworkFrom,
  });
}

export function subnetworkFrom({ name, region, network, ipCidrRange }: Raw): Subnetwork {
  return { name: name ?? '', region: nameIn(region), network: nameIn(network), range: ipCidrRange ?? '' };
}

function bodyOf(project: string, { name, network, range }: Subnetwork): Raw {
  return { name, network: linkTo(project, 'networks', { name: network }), ipCidrRange: range };
}
