import type { ApiCall, MethodHandler } from '../api/api-call.ts';
import { apiErrors } from '../api/api-error.ts';
import { buildLink, toResourcePath } from '../api/links.ts';
import { type Entity, enqueueChange, type ResourceBase } from '../state/entity.ts';
import { computeFingerprint, generateId, getTimestamp } from '../state/identity.ts';
import type { Operation } from '../state/operations.ts';
import { assertPoliciesAllow } from '../state/organization-policies.ts';
import { createEntity } from '../state/project.ts';
import { assertQuota } from '../state/quotas.ts';
import { checkLabels } from './labels.ts';
import { getRegion } from './locations.ts';
import type { InsertContext, ResourceKind } from './resource-kind.ts';

/** Builds `insert`, `patch`, `delete` and custom methods of a resource kind, by descriptor name. */
export function createWriteMethods(kind: ResourceKind): Readonly<Record<string, MethodHandler>> {
  const verbs = Object.entries(kind.customMethods ?? {}).map(([name, verb]): [string, MethodHandler] => [
    `${kind.service}.${name}`,
    (call) => verb(call, getEntity(call, kind)),
  ]);
  return {
    ...Object.fromEntries(verbs),
    ...(kind.draftResource === undefined
      ? {}
      : { [`${kind.service}.Insert`]: (call: ApiCall) => insertResource(call, kind) }),
    ...(kind.patchable === true ? { [`${kind.service}.Patch`]: (call: ApiCall) => patchResource(call, kind) } : {}),
    ...(kind.listPredefined === undefined
      ? { [`${kind.service}.Delete`]: (call: ApiCall) => deleteResource(call, kind) }
      : {}),
  };
}

/** Starts an operation on an existing resource. Operations are queued per resource; networks are updated afterwards. */
export function startChange(
  call: ApiCall,
  entity: Entity,
  type: string,
  applyChange: () => Promise<void> | void,
): Operation {
  if (entity.state === 'deleting') throw apiErrors.notReady(toResourcePath(entity.link));
  return call.project.operations.begin({
    ...describeOperation(call, entity, type),
    applyChange: () =>
      enqueueChange(entity, async () => {
        if (!call.project.has(entity.link)) throw apiErrors.notFound(toResourcePath(entity.link));
        await applyChange();
        await applyNetworks(call, entity);
      }),
  });
}

/** @throws ApiError 404 */
function getEntity(call: ApiCall, kind: ResourceKind): Entity {
  const link = buildLink(call.project.id, call.scope, kind.collection, call.name);
  const entity = call.project.find(link);
  if (entity === undefined) throw apiErrors.notFound(toResourcePath(link));
  return entity;
}

function insertResource(call: ApiCall, kind: ResourceKind): Operation {
  const context = buildInsertContext(call, kind, parseName(call.body.name));
  if (call.project.has(context.link)) throw apiErrors.alreadyExists(toResourcePath(context.link));
  checkLabels((call.body as Partial<ResourceBase>).labels ?? {}, 'resource.labels');
  const draft = kind.draftResource?.(call.body as Partial<ResourceBase>, context);
  if (draft === undefined) throw new Error(`inserting ${context.link}: ${kind.service} has no insert`);
  const entity = createEntity(kind, call.scope, addIdentity(kind, context, draft.resource));
  const parts = (draft.relatedResources ?? []).map((part) => {
    const { kind: partKind, scope, name } = part;
    const link = buildLink(call.project.id, scope, partKind.collection, name);
    if (call.project.has(link)) throw apiErrors.alreadyExists(toResourcePath(link));
    const resource = addIdentity(partKind, { ...context, scope, name, link }, part.resource);
    return createEntity(partKind, scope, resource, part.autoDelete ? entity.link : undefined);
  });
  const own = new Set(parts.map(({ link }) => link));
  for (const link of kind.listDependencies?.(entity.resource, call.project) ?? [])
    if (!own.has(link)) call.project.getReady(link);
  const all = [entity, ...parts];
  assertPoliciesAllow(call.cloud.options.organizationPolicies, call.project.number, all);
  try {
    assertQuota(
      call.project,
      all.flatMap((each) => each.kind.computeQuotaUsage?.(each.resource) ?? []),
      call.cloud,
    );
  } catch (error) {
    if (kind.quotaInOperation !== true) throw error;
    return call.project.operations.begin({
      ...describeOperation(call, entity, 'insert'),
      applyChange: () => Promise.reject(error),
    });
  }
  for (const each of all) call.project.add(each);
  return call.project.operations.begin({
    ...describeOperation(call, entity, 'insert'),
    onStarted: () => {
      for (const each of all) each.state = 'creating';
    },
    applyChange: () =>
      enqueueChange(entity, async () => {
        await kind.create?.(entity, call.cloud, call.project);
        await applyNetworks(call, entity);
        for (const each of all) if (each.state === 'creating') each.state = 'ready';
      }),
    rollBack: async () => {
      if (!call.project.has(entity.link)) return;
      for (const part of parts) call.project.remove(part);
      call.project.remove(entity);
      await applyNetworks(call, entity);
      await kind.destroy?.(entity, call.cloud, call.project);
    },
  });
}

function patchResource(call: ApiCall, kind: ResourceKind): Operation {
  const entity = getEntity(call, kind);
  if (entity.state !== 'ready') throw apiErrors.notReady(toResourcePath(entity.link));
  const merged = { ...entity.resource, ...call.body } as Partial<ResourceBase>;
  const draft = kind.draftResource?.(merged, buildInsertContext(call, kind, entity.resource.name));
  return startChange(call, entity, 'patch', () => {
    entity.resource = { ...entity.resource, ...draft?.resource };
  });
}

function deleteResource(call: ApiCall, kind: ResourceKind): Operation {
  const entity = getEntity(call, kind);
  kind.checkDeletable?.(entity.resource);
  if (entity.state === 'deleting' || (entity.state === 'creating' && kind.destroy === undefined)) {
    throw apiErrors.notReady(toResourcePath(entity.link));
  }
  const user = call.project.findUser(entity.link);
  if (user !== undefined) {
    const typeName = kind.message[0]?.toLowerCase() + kind.message.slice(1);
    throw apiErrors.inUse(typeName, toResourcePath(entity.link), toResourcePath(user.link));
  }
  const previousState = entity.state;
  entity.state = 'deleting';
  return call.project.operations.begin({
    ...describeOperation(call, entity, 'delete'),
    applyChange: () =>
      enqueueChange(entity, async () => {
        if (!call.project.has(entity.link)) return;
        await applyNetworks(call, entity);
        await kind.destroy?.(entity, call.cloud, call.project);
        call.project.remove(entity);
      }),
    rollBack: async () => {
      entity.state = previousState === 'creating' ? 'ready' : previousState;
      await applyNetworks(call, entity);
    },
  });
}

async function applyNetworks(call: ApiCall, entity: Entity): Promise<void> {
  const networks = entity.kind.listNetworks?.(entity.resource, call.project) ?? [];
  await Promise.all(networks.map((network) => call.cloud.applyNetwork(call.project, network)));
}

function describeOperation(call: ApiCall, entity: Entity, type: string) {
  return {
    type,
    scope: call.scope,
    targetLink: entity.link,
    targetId: entity.resource.id,
    requestId: call.query.get('requestId'),
    fault: call.fault,
  };
}

function buildInsertContext(call: ApiCall, kind: ResourceKind, name: string): InsertContext {
  return {
    cloud: call.cloud,
    project: call.project,
    scope: call.scope,
    name,
    link: buildLink(call.project.id, call.scope, kind.collection, name),
    region: getRegion(call.scope),
  };
}

function addIdentity(kind: ResourceKind, context: InsertContext, resource: object): ResourceBase {
  const { labels } = resource as Partial<ResourceBase>;
  const [scope] = context.scope.split('/');
  const where = {
    global: {},
    regions: { region: buildLink(context.project.id, context.scope) },
    zones: { zone: buildLink(context.project.id, context.scope) },
  };
  return {
    ...resource,
    ...(kind.customMethods?.SetLabels === undefined ? {} : { labelFingerprint: computeFingerprint(labels ?? {}) }),
    ...where[scope as keyof typeof where],
    kind: `compute#${kind.message[0]?.toLowerCase()}${kind.message.slice(1)}`,
    id: generateId(),
    creationTimestamp: getTimestamp(),
    name: context.name,
    selfLink: context.link,
  };
}

function parseName(name: unknown): string {
  if (name === undefined || name === '') throw apiErrors.requiredField('resource.name');
  if (typeof name === 'string' && /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw apiErrors.invalidField(
    'resource.name',
    name,
    "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'",
  );
}
