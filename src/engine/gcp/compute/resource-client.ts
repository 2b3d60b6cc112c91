import type { Api, CallOptions, Scope } from './compute-api.ts';
import type { Global, Place, Resource, Where } from './compute-client.ts';
import { readingIn } from './location-reader.ts';
import type { Operation } from './operation.ts';

/** What Google's clients give back for a change. */
type Started = readonly [{ readonly latestResponse: unknown }, ...unknown[]];

export interface Verbs<Spec extends Global, Raw extends object, Found> {
  /** What it is, for people: `network`. */
  readonly kind: string;
  get(at: Where<Spec>, options: CallOptions): Promise<Raw>;
  insert(spec: Spec, requestId: string, options: CallOptions): Promise<Operation>;
  delete(at: Where<Spec>, requestId: string, options: CallOptions): Promise<Operation>;
  list(where: Place, options: CallOptions): Promise<readonly Raw[]>;
  /** From Google's words to ours. */
  found(raw: Raw, at: Spec | Where<Spec>): Found;
  /** Only for kinds whose insert can't carry labels. */
  label?(spec: Spec, labels: LabelChange, options: CallOptions): Promise<Operation>;
}

export interface LabelChange {
  readonly labels: Record<string, string>;
  readonly labelFingerprint: string;
}

/** What of a found resource says whether its labels are still missing. */
interface Labelled {
  readonly description?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly labelFingerprint?: string | null;
}

/** A collection of resources from the calls of one client. */
export function resourceOf<Spec extends Global, Raw extends object, Found>(
  api: Api,
  verbs: Verbs<Spec, Raw, Found>,
): Resource<Spec, Found> {
  const { kind } = verbs;
  const read = readingIn(api);

  /** Labels what is ours (it bears our description) and has none: a new one, or one whose making was cut in between. */
  async function label(spec: Spec & Labelled, scope: Scope, signal: AbortSignal): Promise<void> {
    const setLabels = verbs.label;
    if (!setLabels) return;
    const doing = `looking at ${kind} ${spec.name}`;
    const raw: Labelled | undefined = await api.read(doing, signal, (options) => verbs.get(spec, options));
    if (!raw || raw.description !== spec.description || Object.keys(raw.labels ?? {}).length > 0) return;
    const change = { labels: { ...spec.labels }, labelFingerprint: raw.labelFingerprint ?? '' };
    const context = { doing: `labelling ${kind} ${spec.name}`, verb: 'label', zone: scope.zone } as const;
    await api.change(context, scope, signal, (options) => setLabels(spec, change, options));
  }

  return {
    async get(at, signal) {
      const raw = await read(`looking at ${kind} ${at.name}`, scopeOf(at), signal, (options) => verbs.get(at, options));
      return raw === undefined ? undefined : verbs.found(raw, at);
    },
    async insert(spec, { request, signal }) {
      const scope: Scope = scopeOf(spec);
      const context = { doing: `making ${kind} ${spec.name}`, verb: 'insert', zone: scope.zone } as const;
      await api.change(context, scope, signal, (options) => verbs.insert(spec, request, options));
      await label(spec, scope, signal);
    },
    async list(where, signal) {
      const all = await read(`listing every ${kind}`, where, signal, (options) => verbs.list(where, options));
      return (all ?? []).map((raw) => verbs.found(raw, { name: '' } as Where<Spec>));
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

function scopeOf(at: Global): Scope {
  const { region, zone } = at as Global & Scope;
  return { region, zone };
}
