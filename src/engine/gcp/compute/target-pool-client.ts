import type { protos } from '@google-cloud/compute';
import type { TargetPoolsClient } from '@google-cloud/compute/build/src/v1/target_pools_client.js';
import type { ComputeApi } from './compute-api.ts';
import type { ComputeClient, ResourceClient, TargetPool } from './compute-client.ts';
import { createGoogleResourceClient } from './google-resource-client.ts';
import { buildLink, getLinkName, getLinkSegment } from './links.ts';
import { sortValues } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.ITargetPool;

/** Target pools and the health of their members. */
export function createTargetPoolClient(
  api: ComputeApi,
): Pick<ComputeClient, 'targetPools' | 'listAllTargetPools' | 'getPoolHealth'> {
  const { project } = api;
  const getClient = api.createLazyClient<TargetPoolsClient>(
    async () => (await import('@google-cloud/compute/build/src/v1/target_pools_client.js')).TargetPoolsClient,
  );
  const pools: ResourceClient<TargetPool> = createGoogleResourceClient(api, getClient, {
    kind: 'target pool',
    field: 'targetPool',
    scope: 'region',
    toRequestBody,
    toResource: toTargetPool,
  });
  return {
    targetPools: pools,
    async listAllTargetPools(signal) {
      const found = await api.read('listing target pools', signal, async (options) => {
        const all: Raw[] = [];
        // The iterator reads all pages. With automatic pagination, Google's client prints a warning.
        const scopes = (await getClient()).aggregatedListAsync({ project }, { ...options, autoPaginate: false });
        for await (const [, { targetPools }] of scopes) all.push(...(targetPools ?? []));
        return all;
      });
      return (found ?? []).map(toTargetPool);
    },
    /** The API returns one member at a time. An absent pool has no members. */
    async getPoolHealth({ name, region }, signal) {
      const pool = await pools.get({ name, region }, signal);
      const getMemberHealth = async (member: string): Promise<[string, 'HEALTHY' | 'UNHEALTHY']> => {
        const instance = buildLink(project, 'instances', parseMember(member));
        const health = await api.read(`reading the health of ${member}`, signal, async (options) => {
          const request = { project, region, targetPool: name, instanceReferenceResource: { instance } };
          return (await (await getClient()).getHealth(request, options))[0];
        });
        const healthy = health?.healthStatus?.some(({ healthState }) => healthState === 'HEALTHY');
        return [parseMember(member).name, healthy ? 'HEALTHY' : 'UNHEALTHY'];
      };
      return new Map(await Promise.all(pool?.instances.map(getMemberHealth) ?? []));
    },
  };
}

export function toTargetPool(raw: Raw): TargetPool {
  return {
    name: raw.name ?? '',
    region: getLinkName(raw.region),
    description: raw.description ?? '',
    healthCheck: getLinkName(raw.healthChecks?.[0]),
    instances: sortValues(raw.instances?.map((link) => `${getLinkSegment(link, 'zones')}/${getLinkName(link)}`)),
  };
}

function toRequestBody({ name, description, healthCheck, instances }: TargetPool, project: string): Raw {
  return {
    name,
    description,
    healthChecks: [buildLink(project, 'httpHealthChecks', { name: healthCheck })],
    instances: instances.map((member) => buildLink(project, 'instances', parseMember(member))),
    sessionAffinity: 'NONE',
  };
}

function parseMember(member: string): { zone: string; name: string } {
  const [zone = '', name = ''] = member.split('/');
  return { zone, name };
}
