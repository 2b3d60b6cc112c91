import type { CallOptions, ComputeApi, Scope } from './compute-api.ts';
import type { GlobalResource, Location, ResourceClient, ResourceRef } from './compute-client.ts';
import { createLocationReader } from './location-reader.ts';
import type { Operation } from './operation.ts';

/** What Google's clients give back for a change. */
type MutationResponse = readonly [{ readonly latestResponse: unknown }, ...unknown[]];

export interface ResourceMethods<Spec extends GlobalResource, Raw extends object, Found> {
  /** What it is, for people: `network`. */
  readonly kind: string;
  get(ref: ResourceRef<Spec>, options: CallOptions): Promise<Raw>;
  insert(spec: Spec, requestId: string, options: CallOptions): Promise<Operation>;
  delete(ref: ResourceRef<Spec>, requestId: string, options: CallOptions): Promise<Operation>;
  list(location: Location, options: CallOptions): Promise<readonly Raw[]>;
  /** From Google's words to ours. */
  toResource(raw: Raw, ref: Spec | ResourceRef<Spec>): Found;
  /** Only for kinds whose insert can't carry labels. */
  setLabels?(spec: Spec, labels: LabelChange, options: CallOptions): Promise<Operation>;
}

export interface LabelChange {
  readonly labels: Record<string, string>;
  readonly labelFingerprint: string;
}

/** What of a found resource says whether its labels are still missing. */
interface LabeledResource {
  readonly description?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly labelFingerprint?: string | null;
}

/** A collection of resources from the calls of one client. */
export function createResourceClient<Spec extends GlobalResource, Raw extends object, Found>(
  api: ComputeApi,
  methods: ResourceMethods<Spec, Raw, Found>,
): ResourceClient<Spec, Found> {
  const { kind } = methods;
  const readInLocation = createLocationReader(api);

  /** Labels what is ours (it bears our description) and has none: a new one, or one whose making was cut in between. */
  async function addMissingLabels(spec: Spec & LabeledResource, scope: Scope, signal: AbortSignal): Promise<void> {
    const setLabels = methods.setLabels;
    if (!setLabels) return;
    const doing = `looking at ${kind} ${spec.name}`;
    const raw: LabeledResource | undefined = await api.read(doing, signal, (options) => methods.get(spec, options));
    if (!raw || raw.description !== spec.description || Object.keys(raw.labels ?? {}).length > 0) return;
    const change = { labels: { ...spec.labels }, labelFingerprint: raw.labelFingerprint ?? '' };
    const context = { doing: `labelling ${kind} ${spec.name}`, verb: 'label', zone: scope.zone } as const;
    await api.change(context, scope, signal, (options) => setLabels(spec, change, options));
  }

  return {
    async get(at, signal) {
      const raw = await readInLocation(`looking at ${kind} ${at.name}`, getScope(at), signal, (options) =>
        methods.get(at, options),
      );
      return raw === undefined ? undefined : methods.toResource(raw, at);
    },
    async insert(spec, { requestId, signal }) {
      const scope: Scope = getScope(spec);
      const context = { doing: `making ${kind} ${spec.name}`, verb: 'insert', zone: scope.zone } as const;
      await api.change(context, scope, signal, (options) => methods.insert(spec, requestId, options));
      await addMissingLabels(spec, scope, signal);
    },
    async list(location, signal) {
      const all = await readInLocation(`listing every ${kind}`, location, signal, (options) =>
        methods.list(location, options),
      );
      return (all ?? []).map((raw) => methods.toResource(raw, { name: '' } as ResourceRef<Spec>));
    },
    delete(at, { requestId, signal }) {
      const scope: Scope = getScope(at);
      const context = { doing: `deleting ${kind} ${at.name}`, verb: 'delete', zone: scope.zone } as const;
      return api.change(context, scope, signal, (options) => methods.delete(at, requestId, options));
    },
  };
}

/** The operation that a change started. gax types it as the operation of another API, which it is not. */
export function getOperation([call]: MutationResponse): Operation {
  return call.latestResponse as Operation;
}

/** Lists whose order says nothing, always in the same one. */
export function sortValues(values: readonly string[] | null | undefined): string[] {
  return [...(values ?? [])].sort();
}

function getScope(at: GlobalResource): Scope {
  const { region, zone } = at as GlobalResource & Scope;
  return { region, zone };
}
