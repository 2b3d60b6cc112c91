import type { ApiCall } from '../api/api-call.ts';
import type { JsonObject } from '../api/json.ts';
import type { Scope } from '../api/links.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { Entity, ResourceBase } from '../state/entity.ts';
import type { Operation } from '../state/operations.ts';
import type { Project } from '../state/project.ts';

/**
 * Declares one kind of resource: the input of the generic insert, get, list, aggregatedList, patch and delete in
 * `read-methods.ts` and `write-methods.ts`.
 */
export interface ResourceKind<R extends ResourceBase = ResourceBase> {
  /** Service name in the descriptors: `Firewalls`. */
  readonly service: string;
  /** Collection name in links: `firewalls`. */
  readonly collection: string;
  /** Message name: `Firewall`. */
  readonly message: string;
  /** `project` for zones and regions themselves, which have no scope. */
  readonly scope: 'global' | 'regional' | 'zonal' | 'project';
  /** Whether `patch` is allowed. Given fields replace existing ones; the result is validated as in insert. */
  readonly patchable?: boolean;
  /**
   * Validates the body and adds Google's defaults. `body` has only known fields of the right types.
   * @throws ApiError
   */
  draftResource?(body: Partial<R>, context: InsertContext): ResourceDraft<R>;
  /** Links to required resources. They must be ready, and cannot be deleted while this resource exists. */
  listDependencies?(resource: R, project: Project): readonly string[];
  /** Fields derived from other resources, computed on read. */
  computeFields?(resource: R, project: Project): object;
  /** Networks whose spec depends on this resource. */
  listNetworks?(resource: R, project: Project): readonly string[];
  /** Quota usage. */
  computeQuotaUsage?(resource: R): readonly QuotaUsage[];
  /** If true, an exceeded quota fails the operation instead of the request. */
  readonly quotaInOperation?: boolean;
  /** Backend work. The networks are updated after creation and before deletion. */
  create?(entity: Entity<R>, cloud: CloudState, project: Project): Promise<void>;
  destroy?(entity: Entity<R>, cloud: CloudState, project: Project): Promise<void>;
  /** @throws ApiError when the resource must not be deleted */
  checkDeletable?(resource: R): void;
  /** Replaces all of the above for predefined resources, such as zones. */
  listPredefined?(project: Project, scope: Scope, cloud: CloudState): readonly R[];
  /** Other methods on a resource, by descriptor name: `SetLabels`. */
  readonly customMethods?: Readonly<Record<string, CustomMethod<R>>>;
}

/** Location of a resource about to be created. */
export interface InsertContext {
  readonly cloud: CloudState;
  readonly project: Project;
  readonly scope: Scope;
  readonly name: string;
  readonly link: string;
  /** Region of a regional or zonal resource; empty for a global one. */
  readonly region: string;
}

/** A new resource without identity, links and timestamps, which are added later. */
export interface ResourceDraft<R extends ResourceBase = ResourceBase> {
  readonly resource: Omit<R, keyof ResourceBase | 'zone'> & Partial<Pick<ResourceBase, 'description' | 'labels'>>;
  /** Resources created, and counted against quotas, together with it. */
  readonly relatedResources?: readonly RelatedResource[];
}
export interface RelatedResource {
  readonly kind: ResourceKind;
  readonly scope: Scope;
  readonly name: string;
  readonly resource: object;
  /** Deleted together with its owner. */
  readonly autoDelete: boolean;
}

export interface QuotaUsage {
  readonly metric: string;
  readonly amount: number;
  /** Empty for a project-wide quota. */
  readonly region: string;
}

export type CustomMethod<R extends ResourceBase = ResourceBase> = {
  bivarianceHack(call: ApiCall, entity: Entity<R>): JsonObject | Operation | Promise<JsonObject | Operation>;
}['bivarianceHack'];
