import type { Call } from '../api/api-call.ts';
import type { JsonObject } from '../api/json.ts';
import type { Scope } from '../api/links.ts';
import type { World } from '../state/cloud-state.ts';
import type { Base, Entity } from '../state/entity.ts';
import type { Operation } from '../state/operations.ts';
import type { Project } from '../state/project.ts';

/**
 * One kind of resource, declared: everything that insert, get, list, aggregatedList, patch and delete need to know of it
 * is here, and they are written once, in `collection.ts`.
 */
export interface Kind<R extends Base = Base> {
  /** The service's name in the descriptors: `Firewalls`. */
  readonly service: string;
  /** The word in links: `firewalls`. */
  readonly collection: string;
  /** The message of one: `Firewall`. */
  readonly message: string;
  /** `project`: a zone or region itself, in no scope. */
  readonly scope: 'global' | 'regional' | 'zonal' | 'project';
  /** Whether `patch` is allowed: fields given replace those that are there, and all is checked again as at insert. */
  readonly patchable?: boolean;
  /**
   * Checks what was sent and fills in what Google fills in. `body` holds only known fields of the right types.
   * @throws ApiError
   */
  insert?(body: Partial<R>, site: Site): Draft<R>;
  /** Links to what it needs: that must be ready before, and can't be deleted while this is there. */
  uses?(resource: R, project: Project): readonly string[];
  /** Fields that follow from other resources, worked out as they are asked for. */
  view?(resource: R, project: Project): object;
  /** The networks that look different with and without it. */
  networks?(resource: R, project: Project): readonly string[];
  /** What it takes of the project's quotas. */
  quota?(resource: R): readonly Share[];
  /** Where a quota that is used up shows in the operation and not in the answer to the request. */
  readonly quotaInOperation?: boolean;
  /** Real work of making and removing; the network is shaped after the first and before the second. */
  create?(entity: Entity<R>, world: World, project: Project): Promise<void>;
  destroy?(entity: Entity<R>, world: World, project: Project): Promise<void>;
  /** @throws ApiError when it may not be deleted for a reason of its own */
  mayDelete?(resource: R): void;
  /** In place of all the above: resources that are simply there, such as zones. */
  catalogue?(project: Project, scope: Scope, world: World): readonly R[];
  /** Further methods on one resource, by their name in the descriptors: `SetLabels`. */
  readonly verbs?: Readonly<Record<string, Verb<R>>>;
}

/** Where a resource is about to be. */
export interface Site {
  readonly world: World;
  readonly project: Project;
  readonly scope: Scope;
  readonly name: string;
  readonly link: string;
  /** The region of a regional or zonal resource; empty for a global one. */
  readonly region: string;
}

/** A resource as its kind makes it; identity, links and times are added to it. */
export interface Draft<R extends Base = Base> {
  readonly resource: Omit<R, keyof Base | 'zone'> & Partial<Pick<Base, 'description' | 'labels'>>;
  /** Resources that come and count with it. */
  readonly parts?: readonly Part[];
}
export interface Part {
  readonly kind: Kind;
  readonly scope: Scope;
  readonly name: string;
  readonly resource: object;
  /** It goes when the first one goes. */
  readonly owned: boolean;
}

export interface Share {
  readonly metric: string;
  readonly amount: number;
  /** Empty: a quota of the whole project. */
  readonly region: string;
}

export type Verb<R extends Base = Base> = {
  bivarianceHack(call: Call, entity: Entity<R>): JsonObject | Operation | Promise<JsonObject | Operation>;
}['bivarianceHack'];
