import type { protos } from '@google-cloud/compute';
import type { TargetPoolsClient } from '@google-cloud/compute/build/src/v1/target_pools_client.js';
import type { Api } from './compute-api.ts';
import type { Cloud, Place, Regional, TargetPool } from './compute-client.ts';
import { linkTo, nameIn, partOf } from './links.ts';
import { resourceOf, sorted, startedOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.ITargetPool;

/** Pools of machines behind a forwarding rule, and the health of their members. */
export function targetPools(api: Api): Pick<Cloud, 'targetPools' | 'poolHealth'> {
  const { project } = api;
  const client = api.client<TargetPoolsClient>(
    async () => (await import('@google-cloud/compute/build/src/v1/target_pools_client.js')).TargetPoolsClient,
  );
  const pools = resourceOf(api, {
    kind: 'target pool',
    async get({ name, region }: Regional, options) {
      return (await (await client()).get({ project, region, targetPool: name }, options))[0];
    },
    async insert(spec: TargetPool, requestId, options) {
      const request = { project, requestId, region: spec.region, targetPoolResource: bodyOf(project, spec) };
      return startedOperation(await (await client()).insert(request, options));
    },
    async delete({ name, region }: Regional, requestId, options) {
      return startedOperation(await (await client()).delete({ project, requestId, region, targetPool: name }, options));
    },
    async list({ region }: Place, options) {
      return (await (await client()).list({ project, region }, options))[0];
    },
    found: targetPoolFrom,
  });
  return {
    targetPools: pools,
    /** The API tells of one member at a time. A pool that does not exist has none. */
    async poolHealth({ name, region }, signal) {
      const pool = await pools.get({ name, region }, signal);
      const healthOf = async (member: string): Promise<[string, 'HEALTHY' | 'UNHEALTHY']> => {
        const instance = linkTo(project, 'instances', memberOf(member));
        const health = await api.read(`asking for the health of ${member}`, signal, async (options) => {
          const request = { project, region, targetPool: name, instanceReferenceResource: { instance } };
          return (await (await client()).getHealth(request, options))[0];
        });
        const healthy = health?.healthStatus?.some(({ healthState }) => healthState === 'HEALTHY');
        return [memberOf(member).name, healthy ? 'HEALTHY' : 'UNHEALTHY'];
      };
      return new Map(await Promise.all(pool?.instances.map(healthOf) ?? []));
    },
  };
}

export function targetPoolFrom(raw: Raw): TargetPool {
  return {
    name: raw.name ?? '',
    region: nameIn(raw.region),
    description: raw.description ?? '',
    healthCheck: nameIn(raw.healthChecks?.[0]),
    instances: sorted(raw.instances?.map((link) => `${partOf(link, 'zones')}/${nameIn(link)}`)),
  };
}

function bodyOf(project: string, { name, description, healthCheck, instances }: TargetPool): Raw {
  return {
    name,
    description,
    healthChecks: [linkTo(project, 'httpHealthChecks', { name: healthCheck })],
    instances: instances.map((member) => linkTo(project, 'instances', memberOf(member))),
    sessionAffinity: 'NONE',
  };
}

function memberOf(member: string): { zone: string; name: string } {
  const [zone = '', name = ''] = member.split('/');
  return { zone, name };
}
