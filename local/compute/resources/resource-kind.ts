import type { ApiCall } from '../api/api-call.ts';
import type { JsonObject } from '../api/json.ts';
import type { Scope } from '../api/links.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { Entity, ResourceBase } from '../state/entity.ts';
import type { Operation } from '../state/operations.ts';
import type { Project } from '../state/project.ts';

/**
 * One kind of resource, declared: everything that insert, get, list, aggregatedList, patch and delete need to know of it
 * is here, and they are written once, in `collection.ts`.
 */
export interface ResourceKind<R extends ResourceBase = ResourceBase> {
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
  draftResource?(body: Partial<R>, context: InsertContext): ResourceDraft<R>;
  /** Links to what it needs: that must be ready before, and can't be deleted while this is there. */
  listDependencies?(resource: R, project: Project): readonly string[];
  /** Fields that follow from other resources, worked out as they are asked for. */
  computeFields?(resource: R, project: Project): object;
  /** The networks that look different with and without it. */
  listNetworks?(resource: R, project: Project): readonly string[];
  /** What it takes of the project's quotas. */
  computeQuotaUsage?(resource: R): readonly QuotaUsage[];
  /** Where a quota that is used up shows in the operation and not in the answer to the request. */
  readonly quotaInOperation?: boolean;
  /** Real work of making and removing; the network is shaped after the first and before the second. */
  create?(entity: Entity<R>, cloud: CloudState, project: Project): Promise<void>;
  destroy?(entity: Entity<R>, cloud: CloudState, project: Project): Promise<void>;
  /** @throws ApiError when it may not be deleted for a reason of its own */
  checkDeletable?(resource: R): void;
  /** In place of all the above: resources that are simply there, such as zones. */
  listPredefined?(project: Project, scope: Scope, cloud: CloudState): readonly R[];
  /** Further methods on one resource, by their name in the descriptors: `SetLabels`. */
  readonly customMethods?: Readonly<Record<string, CustomMethod<R>>>;
}

/** Where a resource is about to be. */
export interface InsertContext {
  readonly cloud: CloudState;
  readonly project: Project;
  readonly scope: Scope;
  readonly name: string;
  readonly link: string;
  /** The region of a regional or zonal resource; empty for a global one. */
  readonly region: string;
}

/** A resource as its kind makes it; identity, links and times are added to it. */
export interface ResourceDraft<R extends ResourceBase = ResourceBase> {
  readonly resource: Omit<R, keyof ResourceBase | 'zone'> & Partial<Pick<ResourceBase, 'description' | 'labels'>>;
  /** Resources that come and count with it. */
  readonly relatedResources?: readonly RelatedResource[];
}
export interface RelatedResource {
  readonly kind: ResourceKind;
  readonly scope: Scope;
  readonly name: string;
  readonly resource: object;
  /** It goes when the first one goes. */
  readonly autoDelete: boolean;
}

export interface QuotaUsage {
  readonly metric: string;
  readonly amount: number;
  /** Empty: a quota of the whole project. */
  readonly region: string;
}

export type CustomMethod<R extends ResourceBase = ResourceBase> = {
  bivarianceHack(call: ApiCall, entity: Entity<R>): JsonObject | Operation | Promise<JsonObject | Operation>;
}['bivarianceHack'];
