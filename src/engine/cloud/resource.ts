import type { Api, CallOptions, Scope } from './api.ts';
import type { Global, Resource, Where } from './cloud.ts';
import type { Operation } from './operation.ts';

/** What Google's clients give back for a change. */
type Started = readonly [{ readonly latestResponse: unknown }, ...unknown[]];

export interface Verbs<Spec extends Global, Raw, Found> {
  /** What it is, for people: `network`. */
  readonly kind: string;
  get(at: Where<Spec>, options: CallOptions): Promise<Raw>;
  insert(spec: Spec, requestId: string, options: CallOptions): Promise<Operation>;
  delete(at: Where<Spec>, requestId: string, options: CallOptions): Promise<Operation>;
  /** From Google's words to ours. */
  found(raw: Raw, at: Spec | Where<Spec>): Found;
  /** What an insert can't carry; called when the resource is there. */
  finish?(spec: Spec, signal: AbortSignal): Promise<void>;
}

/** A collection of resources from the calls of one client. */
export function resourceOf<Spec extends Global, Raw, Found>(
  api: Api,
  verbs: Verbs<Spec, Raw, Found>,
): Resource<Spec, Found> {
  const { kind } = verbs;
  return {
    async get(at, signal) {
      const raw = await api.read(`looking at ${kind} ${at.name}`, signal, (options) => verbs.get(at, options));
      return raw === undefined ? undefined : verbs.found(raw, at);
    },
    async insert(spec, { request, signal }) {
      const scope: Scope = scopeOf(spec);
      const context = { doing: `making ${kind} ${spec.name}`, verb: 'insert', zone: scope.zone } as const;
      await api.change(context, scope, signal, (options) => verbs.insert(spec, request, options));
      await verbs.finish?.(spec, signal);
    },
    delete(at, { request, signal }) {
      const scope: Scope = scopeOf(at);
      const context = { doing: `deleting ${kind} ${at.name}`, verb: 'delete', zone: scope.zone } as const;
      return api.change(context, scope, signal, (options) => verbs.delete(at, request, options));
    },
  };
}

/** The operation that a change started. gax types it as the operation of another API, which it is not. */
export function startedOperation([call]: Started): Operation {
  return call.latestResponse as Operation;
}

/** Lists whose order says nothing, always in the same one. */
export function sorted(values: readonly string[] | null | undefined): string[] {
  return [...(values ?? [])].sort();
}

function scopeOf(at: Scope): Scope {
  return { region: at.region, zone: at.zone };
}
