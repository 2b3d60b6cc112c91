import type { CloudState } from '../state/cloud-state.ts';
import type { Operation } from '../state/operations.ts';
import type { Project } from '../state/project.ts';
import type { JsonObject } from './json.ts';
import type { Scope } from './links.ts';

/** A parsed and validated API request. */
export interface ApiCall {
  readonly cloud: CloudState;
  readonly project: Project;
  readonly scope: Scope;
  /** The resource name, from the last path parameter. Empty for a collection. */
  readonly name: string;
  /** `Firewalls.Insert`. */
  readonly method: string;
  readonly query: ReadonlyMap<string, string>;
  readonly body: JsonObject;
  /** Prefix of links in the response: `http://127.0.0.1:8921/compute/v1/`. */
  readonly linkBase: string;
  /** Injected error for the operation started by this call. */
  readonly fault: { readonly code: string; readonly message: string } | undefined;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

export type MethodHandler = (call: ApiCall) => JsonObject | Operation | Promise<JsonObject | Operation>;
