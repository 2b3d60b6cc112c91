import { apiErrors } from '../api/api-error.ts';
import { type Scope, toResourcePath } from '../api/links.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import type { Entity, ResourceBase } from './entity.ts';
import { generateId, getTimestamp } from './identity.ts';
import type { Operation, Operations } from './operations.ts';

export interface MetadataItem {
  readonly key: string;
  readonly value: string;
}

/** Resources of one project. Any project name is accepted; a new project is empty. */
export class Project {
  readonly id: string;
  number = generateId();
  createdAt = getTimestamp();
  readonly operations: Operations;
  /** Operations by request ID: a repeated request returns the original operation. */
  readonly operationsByRequestId = new Map<string, { readonly requestKey: string; readonly operation: Operation }>();
  /** Common instance metadata, including `ssh-keys`. */
  metadata: readonly MetadataItem[] = [];
  readonly #entities = new Map<string, Entity>();

  constructor(id: string, operations: Operations) {
    this.id = id;
    this.operations = operations;
  }

  listEntities(): readonly Entity[] {
    return [...this.#entities.values()];
  }

  listByKind<R extends ResourceBase>(kind: ResourceKind<R>): readonly Entity<R>[] {
    return this.listEntities().filter((entity): entity is Entity<R> => entity.kind.collection === kind.collection);
  }

  has(link: string): boolean {
    return this.#entities.has(link);
  }

  /** Returns the visible resource at a link; pending resources are hidden. */
  find(link: string): Entity | undefined {
    const entity = this.#entities.get(link);
    return entity?.state === 'pending' ? undefined : entity;
  }

  /** @throws ApiError 404; 400 resourceNotReady while it is being created or deleted */
  getReady<R extends ResourceBase>(link: string, _kind?: ResourceKind<R>): Entity<R> {
    const entity = this.#entities.get(link);
    if (entity === undefined) throw apiErrors.notFound(toResourcePath(link));
    if (entity.state !== 'ready') throw apiErrors.notReady(toResourcePath(link));
    return entity as Entity<R>;
  }

  add(entity: Entity): void {
    this.#entities.set(entity.link, entity);
  }

  /** Removes a resource and the resources it owns. */
  remove(entity: Entity): void {
    this.#entities.delete(entity.link);
    for (const other of this.listEntities()) if (other.owner === entity.link) this.remove(other);
  }

  /** The first resource that depends on this one, excluding those it owns. */
  findUser(link: string): Entity | undefined {
    return this.listEntities().find(
      (entity) => entity.owner !== link && entity.kind.listDependencies?.(entity.resource, this).includes(link),
    );
  }
}

export function createEntity(kind: ResourceKind, scope: Scope, resource: ResourceBase, owner?: string): Entity {
  return { kind, scope, link: resource.selfLink, resource, state: 'pending', owner, lastChange: Promise.resolve() };
}
