import type { JsonObject } from '../api/json.ts';
import { getLastSegment, type Scope } from '../api/links.ts';
import { resourceKinds } from '../resources/index.ts';
import { restoreInstance } from '../resources/instances/instance-lifecycle.ts';
import { instances } from '../resources/instances/instances.ts';
import { networks } from '../resources/networks.ts';
import type { CloudState } from './cloud-state.ts';
import type { Entity, ResourceBase } from './entity.ts';
import { getTimestamp } from './identity.ts';
import { createEntity, type MetadataItem, type Project } from './project.ts';

/** The emulator's state as JSON. */
export interface SavedState {
  readonly lastAddress?: string;
  readonly projects: readonly SavedProject[];
}

interface SavedProject extends Pick<Project, 'id' | 'number' | 'createdAt'> {
  readonly metadata: readonly MetadataItem[];
  readonly entities: readonly (Pick<Entity, 'scope' | 'resource' | 'state'> & {
    readonly collection: string;
    readonly owner?: string;
  })[];
  readonly operations: readonly { readonly scope: Scope; readonly resource: JsonObject }[];
  readonly requests: readonly { readonly id: string; readonly requestKey: string; readonly operation: string }[];
}

/** Operations that are kept, newest last. Clients poll an operation for minutes at most. */
const maxOperations = 500;

export function captureState({ lastAddress, projects }: CloudState): SavedState {
  return {
    ...(lastAddress === undefined ? {} : { lastAddress }),
    projects: projects.map((project) => ({
      id: project.id,
      number: project.number,
      createdAt: project.createdAt,
      metadata: project.metadata,
      entities: project.listEntities().map(({ kind, scope, resource, state, owner }) => ({
        collection: kind.collection,
        scope,
        resource,
        state,
        ...(owner === undefined ? {} : { owner }),
      })),
      operations: project.operations
        .list()
        .slice(-maxOperations)
        .map(({ scope, resource }) => ({ scope, resource })),
      requests: [...project.operationsByRequestId].map(([id, { requestKey, operation }]) => ({
        id,
        requestKey,
        operation: operation.name,
      })),
    })),
  };
}

/**
 * Restores the state of an earlier process. Boots the instances that were running, as Compute Engine does after a host
 * error. An interrupted insert is rolled back, an interrupted delete is completed, and other interrupted operations fail.
 * @param log receives a line for each restored instance
 */
export async function restoreState(cloud: CloudState, saved: SavedState, log: (line: string) => void): Promise<void> {
  cloud.lastAddress = saved.lastAddress;
  for (const each of saved.projects) {
    const project = cloud.project(each.id);
    const interrupted = restoreProject(project, each);
    for (const { link } of project.listByKind(networks)) await cloud.applyNetwork(project, link);
    await Promise.all(
      project.listByKind(instances).map(async (entity) => log(await restoreInstance(entity, cloud, project))),
    );
    for (const { link } of project.listByKind(networks)) await cloud.applyNetwork(project, link);
    for (const name of interrupted) await cloud.machines.removeDisk(name);
  }
}

/** @returns names of instances whose insert or delete was interrupted */
function restoreProject(project: Project, saved: SavedProject): readonly string[] {
  const { number, createdAt, metadata } = saved;
  Object.assign(project, { number, createdAt, metadata });
  const isKept = ({ state }: { readonly state: Entity['state'] }) => state === 'ready';
  const keptLinks = new Set(saved.entities.filter(isKept).map(({ resource }) => resource.selfLink));
  for (const { collection, scope, resource, owner, state } of saved.entities) {
    const kind = resourceKinds.find((each) => each.collection === collection);
    if (kind === undefined || !isKept({ state }) || (owner !== undefined && !keptLinks.has(owner))) continue;
    project.add({ ...createEntity(kind, scope, resource, owner), state });
  }
  for (const { scope, resource } of saved.operations) project.operations.restore(scope, endOperation(resource));
  for (const { id, requestKey, operation: name } of saved.requests) {
    const operation = project.operations.list().find((each) => each.name === name);
    if (operation !== undefined) project.operationsByRequestId.set(id, { requestKey, operation });
  }
  return saved.entities
    .filter((entity) => entity.collection === instances.collection && !isKept(entity))
    .map(({ resource }: { readonly resource: ResourceBase }) => resource.name);
}

function endOperation(operation: JsonObject): JsonObject {
  if (operation.status === 'DONE') return operation;
  const target = getLastSegment(String(operation.targetLink));
  const message = `The Compute Engine emulator stopped during the ${operation.operationType} of ${target}.`;
  const failure = {
    httpErrorStatusCode: 500,
    httpErrorMessage: 'INTERNAL SERVER ERROR',
    error: { errors: [{ code: 'INTERNAL_ERROR', message }] },
  };
  const { error: _, ...rest } = operation;
  const outcome = operation.operationType === 'delete' ? {} : failure;
  return { ...rest, ...outcome, status: 'DONE', progress: 100, endTime: getTimestamp() };
}
