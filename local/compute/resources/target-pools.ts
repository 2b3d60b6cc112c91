import type { Call } from '../api/api-call.ts';
import { ApiError, refuse } from '../api/api-error.ts';
import { lastOf, pathOf, readLink } from '../api/links.ts';
import type { Base, Entity } from '../state/entity.ts';
import type { Operation } from '../state/operations.ts';
import type { Project } from '../state/project.ts';
import { forwardingRules } from './forwarding-rules.ts';
import { instances } from './instances/instances.ts';
import type { Kind, Verb } from './resource-kind.ts';
import { change } from './write-methods.ts';

export interface TargetPool extends Base {
  readonly healthChecks?: readonly string[];
  readonly instances?: readonly string[];
  readonly sessionAffinity: string;
}

export const targetPools: Kind<TargetPool> = {
  service: 'TargetPools',
  collection: 'targetPools',
  message: 'TargetPool',
  scope: 'regional',
  insert(body, site) {
    const healthChecks = (body.healthChecks ?? []).map((link) =>
      readHealthCheck(link, 'resource.healthChecks', site.project),
    );
    if (healthChecks.length > 1)
      throw refuse.field('resource.healthChecks', healthChecks, 'At most one health check is allowed.');
    const members = (body.instances ?? []).map((link) =>
      readMember(link, 'resource.instances', site.project, site.region),
    );
    const resource = {
      sessionAffinity: 'NONE',
      ...body,
      ...(healthChecks.length === 0 ? {} : { healthChecks }),
      ...(members.length === 0 ? {} : { instances: members }),
    };
    return { resource };
  },
  uses: ({ healthChecks = [] }) => healthChecks,
  networks: (pool, project) => networksOf(pool.instances ?? [], project),
  quota: () => [{ metric: 'TARGET_POOLS', amount: 1, region: '' }],
  verbs: {
    AddInstance: (call, pool) => {
      const added = bodyLinks(call, 'instances', 'instance').map((link) =>
        readMember(link, 'instances', call.project, lastOf(pool.scope)),
      );
      return members(call, pool, 'AddInstance', (now) => [...now, ...added.filter((link) => !now.includes(link))]);
    },
    RemoveInstance: (call, pool) => {
      const gone = bodyLinks(call, 'instances', 'instance').map(
        (link) => readLink(link, 'instances', 'instances', call.project.id).link,
      );
      return members(call, pool, 'RemoveInstance', (now) => now.filter((link) => !gone.includes(link)));
    },
    AddHealthCheck: (call, pool) => {
      const added = bodyLinks(call, 'healthChecks', 'healthCheck').map((link) =>
        readHealthCheck(link, 'healthChecks', call.project),
      );
      if (new Set([...(pool.resource.healthChecks ?? []), ...added]).size > 1) {
        throw refuse.field('healthChecks', added, 'At most one health check is allowed.');
      }
      return change(call, pool, 'AddHealthCheck', () => {
        pool.resource = { ...pool.resource, healthChecks: added };
      });
    },
    RemoveHealthCheck: (call, pool) => {
      const gone = bodyLinks(call, 'healthChecks', 'healthCheck').map(
        (link) => readLink(link, 'httpHealthChecks', 'healthChecks', call.project.id).link,
      );
      return change(call, pool, 'RemoveHealthCheck', () => {
        const left = (pool.resource.healthChecks ?? []).filter((link) => !gone.includes(link));
        pool.resource = { ...pool.resource, healthChecks: left };
      });
    },
    GetHealth: getHealth,
  } satisfies Record<string, Verb<TargetPool>>,
};

function members(
  call: Call,
  pool: Entity<TargetPool>,
  type: string,
  to: (now: readonly string[]) => readonly string[],
): Operation {
  return change(call, pool, type, async () => {
    const before = networksOf(pool.resource.instances ?? [], call.project);
    pool.resource = { ...pool.resource, instances: to(pool.resource.instances ?? []) };
    const after = networksOf(pool.resource.instances ?? [], call.project);
    // A pool that lost its last member of a network leaves that network.
    await Promise.all(
      before.filter((network) => !after.includes(network)).map((network) => call.world.shape(call.project, network)),
    );
  });
}

function getHealth(call: Call, pool: Entity<TargetPool>) {
  const { instance } = call.body as { instance?: string };
  const link = readLink(instance, 'instances', 'instance', call.project.id).link;
  if (!pool.resource.instances?.includes(link)) {
    throw new ApiError(
      400,
      'invalid',
      `The instance '${pathOf(link)}' is not a member of the target pool '${pathOf(pool.link)}'.`,
    );
  }
  const member = call.project.of(instances).find((entity) => entity.link === link)?.resource;
  const rules = call.project.of(forwardingRules).filter(({ resource }) => resource.target === pool.link);
  const internal = member?.networkInterfaces[0]?.networkIP ?? '';
  const checked = (pool.resource.healthChecks ?? []).length > 0;
  const healthStatus = rules.map(({ resource: { IPAddress } }) => ({
    instance: link,
    ipAddress: IPAddress,
    healthState:
      member?.status !== 'RUNNING'
        ? 'UNHEALTHY'
        : checked
          ? call.world.machines.health(IPAddress, internal)
          : 'HEALTHY',
  }));
  return { kind: 'compute#targetPoolInstanceHealth', ...(healthStatus.length === 0 ? {} : { healthStatus }) };
}

function networksOf(members: readonly string[], project: Project): readonly string[] {
  const found = project.of(instances).filter(({ link }) => members.includes(link));
  return [...new Set(found.flatMap(({ resource }) => resource.networkInterfaces[0]?.network ?? []))];
}

function readHealthCheck(link: string, field: string, project: Project): string {
  const found = readLink(link, 'httpHealthChecks', field, project.id).link;
  project.ready(found);
  return found;
}

function readMember(link: string, field: string, project: Project, region: string): string {
  const found = readLink(link, 'instances', field, project.id);
  if (!found.scope.startsWith(`zones/${region}-`))
    throw refuse.field(field, link, `The instance is not in the region ${region}.`);
  if (project.find(found.link) === undefined) throw refuse.notFound(pathOf(found.link));
  return found.link;
}

function bodyLinks(call: Call, list: string, one: string): readonly string[] {
  const items = (call.body[list] ?? []) as unknown as readonly Readonly<Record<string, string>>[];
  if (items.length === 0) throw refuse.required(list);
  return items.map((item) => item[one] ?? '');
}
