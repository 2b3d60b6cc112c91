import type { Scope } from '../api/links.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';

/** Fields common to all Compute Engine resources. */
export interface ResourceBase {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly selfLink: string;
  readonly creationTimestamp: string;
  readonly description?: string;
  labels?: Readonly<Record<string, string>>;
  labelFingerprint?: string;
}

/** A resource and its lifecycle state. A `pending` resource is not visible yet but reserves its name. */
export interface Entity<R extends ResourceBase = ResourceBase> {
  readonly kind: ResourceKind;
  readonly scope: Scope;
  readonly link: string;
  resource: R;
  state: 'pending' | 'creating' | 'ready' | 'deleting';
  /** Deleting this resource deletes the entity: a boot disk's instance, an automatic route's network. */
  readonly owner: string | undefined;
  /** Changes of a resource run one at a time. */
  lastChange: Promise<void>;
}

/** Runs `work` after all earlier work on the resource. */
export function enqueueChange(entity: Entity, applyChange: () => Promise<void>): Promise<void> {
  const change = entity.lastChange.then(applyChange);
  entity.lastChange = change.catch(() => undefined);
  return change;
}
