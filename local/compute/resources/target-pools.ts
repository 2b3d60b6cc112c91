import type { ApiCall } from '../api/api-call.ts';
import { ApiError, apiErrors } from '../api/api-error.ts';
import { getLastSegment, parseLink, toResourcePath } from '../api/links.ts';
import type { Entity, ResourceBase } from '../state/entity.ts';
import type { Operation } from '../state/operations.ts';
import type { Project } from '../state/project.ts';
import { forwardingRules } from './forwarding-rules.ts';
import { instances } from './instances/instances.ts';
import type { CustomMethod, ResourceKind } from './resource-kind.ts';
import { startChange } from './write-methods.ts';

export interface TargetPool extends ResourceBase {
  readonly healthChecks?: readonly string[];
  readonly instances?: readonly string[];
  readonly sessionAffinity: string;
}

export const targetPools: ResourceKind<TargetPool> = {
  service: 'TargetPools',
  collection: 'targetPools',
  message: 'TargetPool',
  scope: 'regional',
  draftResource(body, context) {
    const healthChecks = (body.healthChecks ?? []).map((link) =>
      resolveHealthCheck(link, 'resource.healthChecks', context.project),
    );
    if (healthChecks.length > 1)
      throw apiErrors.invalidField('resource.healthChecks', healthChecks, 'At most one health check is allowed.');
    const members = (body.instances ?? []).map((link) =>
      resolveMember(link, 'resource.instances', context.project, context.region),
    );
    const resource = {
      sessionAffinity: 'NONE',
      ...body,
      ...(healthChecks.length === 0 ? {} : { healthChecks }),
      ...(members.length === 0 ? {} : { instances: members }),
    };
    return { resource };
  },
  listDependencies: ({ healthChecks = [] }) => healthChecks,
  listNetworks: (pool, project) => listMemberNetworks(pool.instances ?? [], project),
  computeQuotaUsage: () => [{ metric: 'TARGET_POOLS', amount: 1, region: '' }],
  customMethods: {
    AddInstance: (call, pool) => {
      const added = parseBodyLinks(call, 'instances', 'instance').map((link) =>
        resolveMember(link, 'instances', call.project, getLastSegment(pool.scope)),
      );
      return changeMembers(call, pool, 'AddInstance', (current) => [
        ...current,
        ...added.filter((link) => !current.includes(link)),
      ]);
    },
    RemoveInstance: (call, pool) => {
      const removed = parseBodyLinks(call, 'instances', 'instance').map(
        (link) => parseLink(link, 'instances', 'instances', call.project.id).link,
      );
      return changeMembers(call, pool, 'RemoveInstance', (current) =>
        current.filter((link) => !removed.includes(link)),
      );
    },
    AddHealthCheck: (call, pool) => {
      const added = parseBodyLinks(call, 'healthChecks', 'healthCheck').map((link) =>
        resolveHealthCheck(link, 'healthChecks', call.project),
      );
      if (new Set([...(pool.resource.healthChecks ?? []), ...added]).size > 1) {
        throw apiErrors.invalidField('healthChecks', added, 'At most one health check is allowed.');
      }
      return startChange(call, pool, 'AddHealthCheck', () => {
        pool.resource = { ...pool.resource, healthChecks: added };
      });
    },
    RemoveHealthCheck: (call, pool) => {
      const removed = parseBodyLinks(call, 'healthChecks', 'healthCheck').map(
        (link) => parseLink(link, 'httpHealthChecks', 'healthChecks', call.project.id).link,
      );
      return startChange(call, pool, 'RemoveHealthCheck', () => {
        const remaining = (pool.resource.healthChecks ?? []).filter((link) => !removed.includes(link));
        pool.resource = { ...pool.resource, healthChecks: remaining };
      });
    },
    GetHealth: getHealth,
  } satisfies Record<string, CustomMethod<TargetPool>>,
};

function changeMembers(
  call: ApiCall,
  pool: Entity<TargetPool>,
  type: string,
  computeMembers: (current: readonly string[]) => readonly string[],
): Operation {
  return startChange(call, pool, type, async () => {
    const before = listMemberNetworks(pool.resource.instances ?? [], call.project);
    pool.resource = { ...pool.resource, instances: computeMembers(pool.resource.instances ?? []) };
    const after = listMemberNetworks(pool.resource.instances ?? [], call.project);
    // Removing a pool's last member in a network also removes the pool from that network.
    await Promise.all(
      before
        .filter((network) => !after.includes(network))
        .map((network) => call.cloud.applyNetwork(call.project, network)),
    );
  });
}

function getHealth(call: ApiCall, pool: Entity<TargetPool>) {
  const { instance } = call.body as { instance?: string };
  const link = parseLink(instance, 'instances', 'instance', call.project.id).link;
  if (!pool.resource.instances?.includes(link)) {
    throw new ApiError(
      400,
      'invalid',
      `The instance '${toResourcePath(link)}' is not a member of the target pool '${toResourcePath(pool.link)}'.`,
    );
  }
  const member = call.project.listByKind(instances).find((entity) => entity.link === link)?.resource;
  const rules = call.project.listByKind(forwardingRules).filter(({ resource }) => resource.target === pool.link);
  const internal = member?.networkInterfaces[0]?.networkIP ?? '';
  const checked = (pool.resource.healthChecks ?? []).length > 0;
  const healthStatus = rules.map(({ resource: { IPAddress } }) => ({
    instance: link,
    ipAddress: IPAddress,
    healthState:
      member?.status !== 'RUNNING'
        ? 'UNHEALTHY'
        : checked
          ? call.cloud.machines.getHealth(IPAddress, internal)
          : 'HEALTHY',
  }));
  return { kind: 'compute#targetPoolInstanceHealth', ...(healthStatus.length === 0 ? {} : { healthStatus }) };
}

function listMemberNetworks(members: readonly string[], project: Project): readonly string[] {
  const found = project.listByKind(instances).filter(({ link }) => members.includes(link));
  return [...new Set(found.flatMap(({ resource }) => resource.networkInterfaces[0]?.network ?? []))];
}

function resolveHealthCheck(link: string, field: string, project: Project): string {
  const found = parseLink(link, 'httpHealthChecks', field, project.id).link;
  project.getReady(found);
  return found;
}

function resolveMember(link: string, field: string, project: Project, region: string): string {
  const found = parseLink(link, 'instances', field, project.id);
  if (!found.scope.startsWith(`zones/${region}-`))
    throw apiErrors.invalidField(field, link, `The instance is not in the region ${region}.`);
  if (project.find(found.link) === undefined) throw apiErrors.notFound(toResourcePath(found.link));
  return found.link;
}

function parseBodyLinks(call: ApiCall, list: string, one: string): readonly string[] {
  const items = (call.body[list] ?? []) as unknown as readonly Readonly<Record<string, string>>[];
  if (items.length === 0) throw apiErrors.requiredField(list);
  return items.map((item) => item[one] ?? '');
}
