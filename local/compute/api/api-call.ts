import type { CloudState } from '../state/cloud-state.ts';
import type { Operation } from '../state/operations.ts';
import type { Project } from '../state/project.ts';
import type { JsonObject } from './json.ts';
import type { Scope } from './links.ts';

/** One request, read and checked. */
export interface ApiCall {
  readonly cloud: CloudState;
  readonly project: Project;
  readonly scope: Scope;
  /** The path's last parameter: the resource's name. Empty on a collection. */
  readonly name: string;
  /** `Firewalls.Insert`. */
  readonly method: string;
  readonly query: ReadonlyMap<string, string>;
  readonly body: JsonObject;
  /** What links begin with in the answer: `http://127.0.0.1:8921/compute/v1/`. */
  readonly linkBase: string;
  /** An error that was ordered for the operation that this call begins. */
  readonly fault: { readonly code: string; readonly message: string } | undefined;
  /** Aborted when the one who asked has gone. */
  readonly signal: AbortSignal;
}

export type MethodHandler = (call: ApiCall) => JsonObject | Operation | Promise<JsonObject | Operation>;
