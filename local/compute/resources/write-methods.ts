import type { Call, Handler } from '../api/api-call.ts';
import { refuse } from '../api/api-error.ts';
import { linkTo, pathOf } from '../api/links.ts';
import { type Base, type Entity, inTurn } from '../state/entity.ts';
import { fingerprint, newId, timestamp } from '../state/identity.ts';
import type { Operation } from '../state/operations.ts';
import { entityOf } from '../state/project.ts';
import { claim } from '../state/quotas.ts';
import { checkLabels } from './labels.ts';
import { regionOf } from './locations.ts';
import type { Kind, Site } from './resource-kind.ts';

/** `insert`, `patch`, `delete` and the verbs of a kind, by the descriptors' names. */
export function writers(kind: Kind): Readonly<Record<string, Handler>> {
  const verbs = Object.entries(kind.verbs ?? {}).map(([name, verb]): [string, Handler] => [
    `${kind.service}.${name}`,
    (call) => verb(call, seen(call, kind)),
  ]);
  return {
    ...Object.fromEntries(verbs),
    ...(kind.insert === undefined ? {} : { [`${kind.service}.Insert`]: (call: Call) => insert(call, kind) }),
    ...(kind.patchable === true ? { [`${kind.service}.Patch`]: (call: Call) => patch(call, kind) } : {}),
    ...(kind.catalogue === undefined ? { [`${kind.service}.Delete`]: (call: Call) => remove(call, kind) } : {}),
  };
}

/** Begins an operation on a resource that is there; the work waits its turn and the networks are shaped after it. */
export function change(call: Call, entity: Entity, type: string, work: () => Promise<void> | void): Operation {
  if (entity.state === 'deleting') throw refuse.notReady(pathOf(entity.link));
  return call.project.operations.begin({
    ...about(call, entity, type),
    work: () =>
      inTurn(entity, async () => {
        if (!call.project.has(entity.link)) throw refuse.notFound(pathOf(entity.link));
        await work();
        await shape(call, entity);
      }),
  });
}

/** @throws ApiError 404 */
function seen(call: Call, kind: Kind): Entity {
  const link = linkTo(call.project.id, call.scope, kind.collection, call.name);
  const entity = call.project.find(link);
  if (entity === undefined) throw refuse.notFound(pathOf(link));
  return entity;
}

function insert(call: Call, kind: Kind): Operation {
  const site = siteOf(call, kind, readName(call.body.name));
  if (call.project.has(site.link)) throw refuse.exists(pathOf(site.link));
  checkLabels((call.body as Partial<Base>).labels ?? {}, 'resource.labels');
  const draft = kind.insert?.(call.body as Partial<Base>, site);
  if (draft === undefined) throw new Error(`inserting ${site.link}: ${kind.service} has no insert`);
  const entity = entityOf(kind, call.scope, identified(kind, site, draft.resource));
  const parts = (draft.parts ?? []).map((part) => {
    const { kind: partKind, scope, name } = part;
    const link = linkTo(call.project.id, scope, partKind.collection, name);
    if (call.project.has(link)) throw refuse.exists(pathOf(link));
    const resource = identified(partKind, { ...site, scope, name, link }, part.resource);
    return entityOf(partKind, scope, resource, part.owned ? entity.link : undefined);
  });
  const own = new Set(parts.map(({ link }) => link));
  for (const link of kind.uses?.(entity.resource, call.project) ?? []) if (!own.has(link)) call.project.ready(link);
  const all = [entity, ...parts];
  try {
    claim(
      call.project,
      all.flatMap((each) => each.kind.quota?.(each.resource) ?? []),
      call.world,
    );
  } catch (error) {
    if (kind.quotaInOperation !== true) throw error;
    return call.project.operations.begin({ ...about(call, entity, 'insert'), work: () => Promise.reject(error) });
  }
  for (const each of all) call.project.add(each);
  return call.project.operations.begin({
    ...about(call, entity, 'insert'),
    started: () => {
      for (const each of all) each.state = 'creating';
    },
    work: () =>
      inTurn(entity, async () => {
        await kind.create?.(entity, call.world, call.project);
        await shape(call, entity);
        for (const each of all) if (each.state === 'creating') each.state = 'ready';
      }),
    undo: async () => {
      if (!call.project.has(entity.link)) return;
      for (const part of parts) call.project.drop(part);
      call.project.drop(entity);
      await shape(call, entity);
      await kind.destroy?.(entity, call.world, call.project);
    },
  });
}

function patch(call: Call, kind: Kind): Operation {
  const entity = seen(call, kind);
  if (entity.state !== 'ready') throw refuse.notReady(pathOf(entity.link));
  const merged = { ...entity.resource, ...call.body } as Partial<Base>;
  const draft = kind.insert?.(merged, siteOf(call, kind, entity.resource.name));
  return change(call, entity, 'patch', () => {
    entity.resource = { ...entity.resource, ...draft?.resource };
  });
}

function remove(call: Call, kind: Kind): Operation {
  const entity = seen(call, kind);
  kind.mayDelete?.(entity.resource);
  if (entity.state === 'deleting' || (entity.state === 'creating' && kind.destroy === undefined)) {
    throw refuse.notReady(pathOf(entity.link));
  }
  const user = call.project.userOf(entity.link);
  if (user !== undefined) {
    const word = kind.message[0]?.toLowerCase() + kind.message.slice(1);
    throw refuse.inUse(word, pathOf(entity.link), pathOf(user.link));
  }
  const before = entity.state;
  entity.state = 'deleting';
  return call.project.operations.begin({
    ...about(call, entity, 'delete'),
    work: () =>
      inTurn(entity, async () => {
        if (!call.project.has(entity.link)) return;
        await shape(call, entity);
        await kind.destroy?.(entity, call.world, call.project);
        call.project.drop(entity);
      }),
    undo: async () => {
      entity.state = before === 'creating' ? 'ready' : before;
      await shape(call, entity);
    },
  });
}

async function shape(call: Call, entity: Entity): Promise<void> {
  const networks = entity.kind.networks?.(entity.resource, call.project) ?? [];
  await Promise.all(networks.map((network) => call.world.shape(call.project, network)));
}

function about(call: Call, entity: Entity, type: string) {
  return {
    type,
    scope: call.scope,
    targetLink: entity.link,
    targetId: entity.resource.id,
    requestId: call.query.get('requestId'),
    fault: call.fault,
  };
}

function siteOf(call: Call, kind: Kind, name: string): Site {
  return {
    world: call.world,
    project: call.project,
    scope: call.scope,
    name,
    link: linkTo(call.project.id, call.scope, kind.collection, name),
    region: regionOf(call.scope),
  };
}

function identified(kind: Kind, site: Site, resource: object): Base {
  const { labels } = resource as Partial<Base>;
  const [scope] = site.scope.split('/');
  const where = {
    global: {},
    regions: { region: linkTo(site.project.id, site.scope) },
    zones: { zone: linkTo(site.project.id, site.scope) },
  };
  return {
    ...resource,
    ...(kind.verbs?.SetLabels === undefined ? {} : { labelFingerprint: fingerprint(labels ?? {}) }),
    ...where[scope as keyof typeof where],
    kind: `compute#${kind.message[0]?.toLowerCase()}${kind.message.slice(1)}`,
    id: newId(),
    creationTimestamp: timestamp(),
    name: site.name,
    selfLink: site.link,
  };
}

function readName(name: unknown): string {
  if (name === undefined || name === '') throw refuse.required('resource.name');
  if (typeof name === 'string' && /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw refuse.field('resource.name', name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'");
}
