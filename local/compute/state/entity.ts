import type { Scope } from '../api/links.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';

/** What every resource of Compute Engine has. */
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

/** A resource and how far along it is. `pending` is not seen yet, though its name is taken. */
export interface Entity<R extends ResourceBase = ResourceBase> {
  readonly kind: ResourceKind;
  readonly scope: Scope;
  readonly link: string;
  resource: R;
  state: 'pending' | 'creating' | 'ready' | 'deleting';
  /** The resource that takes this one along when it goes: a boot disk's machine, an automatic route's network. */
  readonly owner: string | undefined;
  /** Changes of one resource happen one after the other. */
  lastChange: Promise<void>;
}

/** Does `work` after everything that was asked of the resource before. */
export function enqueueChange(entity: Entity, applyChange: () => Promise<void>): Promise<void> {
  const change = entity.lastChange.then(applyChange);
  entity.lastChange = change.catch(() => undefined);
  return change;
}
