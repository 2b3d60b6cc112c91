import { refuse } from '../api/api-error.ts';
import { pathOf, type Scope } from '../api/links.ts';
import type { Kind } from '../resources/resource-kind.ts';
import type { Base, Entity } from './entity.ts';
import { newId, timestamp } from './identity.ts';
import type { Operation, Operations } from './operations.ts';

export interface MetadataItem {
  readonly key: string;
  readonly value: string;
}

/** One project's resources. Any name of a project will do; it begins empty. */
export class Project {
  readonly id: string;
  readonly number = newId();
  readonly createdAt = timestamp();
  readonly operations: Operations;
  /** Operations by the request that asked for them, so that a repeat gets the first one's answer. */
  readonly requests = new Map<string, { readonly call: string; readonly operation: Operation }>();
  /** Metadata of all machines: `ssh-keys` is among it. */
  metadata: readonly MetadataItem[] = [];
  readonly #entities = new Map<string, Entity>();

  constructor(id: string, operations: Operations) {
    this.id = id;
    this.operations = operations;
  }

  all(): readonly Entity[] {
    return [...this.#entities.values()];
  }

  of<R extends Base>(kind: Kind<R>): readonly Entity<R>[] {
    return this.all().filter((entity): entity is Entity<R> => entity.kind.collection === kind.collection);
  }

  has(link: string): boolean {
    return this.#entities.has(link);
  }

  /** What the API shows under a link: nothing as long as its making hasn't begun. */
  find(link: string): Entity | undefined {
    const entity = this.#entities.get(link);
    return entity?.state === 'pending' ? undefined : entity;
  }

  /** @throws ApiError 404; 400 resourceNotReady while it is being made or deleted */
  ready<R extends Base>(link: string, _kind?: Kind<R>): Entity<R> {
    const entity = this.#entities.get(link);
    if (entity === undefined) throw refuse.notFound(pathOf(link));
    if (entity.state !== 'ready') throw refuse.notReady(pathOf(link));
    return entity as Entity<R>;
  }

  add(entity: Entity): void {
    this.#entities.set(entity.link, entity);
  }

  /** Takes a resource out, and what belongs to it. */
  drop(entity: Entity): void {
    this.#entities.delete(entity.link);
    for (const other of this.all()) if (other.owner === entity.link) this.drop(other);
  }

  /** The first resource that needs this one, its own parts aside. */
  userOf(link: string): Entity | undefined {
    return this.all().find(
      (entity) => entity.owner !== link && entity.kind.uses?.(entity.resource, this).includes(link),
    );
  }
}

export function entityOf(kind: Kind, scope: Scope, resource: Base, owner?: string): Entity {
  return { kind, scope, link: resource.selfLink, resource, state: 'pending', owner, turn: Promise.resolve() };
}
