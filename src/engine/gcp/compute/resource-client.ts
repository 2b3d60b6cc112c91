import type { ComputeErrorKind } from './classify-error.ts';
import type { CallOptions, ComputeApi, Scope } from './compute-api.ts';
import type { GlobalResource, Location, ResourceClient, ResourceRef } from './compute-client.ts';
import { createLocationReader } from './location-reader.ts';
import type { Operation } from './operation.ts';

export interface ResourceMethods<Spec extends GlobalResource, Raw extends object, Found> {
  /** Display name of the resource kind: `network`. */
  readonly kind: string;
  get(ref: ResourceRef<Spec>, options: CallOptions): Promise<Raw>;
  insert(spec: Spec, requestId: string, options: CallOptions): Promise<Operation>;
  delete(ref: ResourceRef<Spec>, requestId: string, options: CallOptions): Promise<Operation>;
  list(location: Location, options: CallOptions): Promise<readonly Raw[]>;
  /** Converts the API's representation. */
  toResource(raw: Raw, ref: Spec | ResourceRef<Spec>): Found;
  /** Only for kinds that accept no labels on insert. */
  setLabels?(spec: Spec, labels: LabelChange, options: CallOptions): Promise<Operation>;
}

interface LabelChange {
  readonly labels: Record<string, string>;
  readonly labelFingerprint: string;
}

/** Fields that show whether labels are missing. */
interface LabeledResource {
  readonly description?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly labelFingerprint?: string | null;
}

/** Implements `ResourceClient` on top of the calls of one kind. */
export function createResourceClient<Spec extends GlobalResource, Raw extends object, Found>(
  api: ComputeApi,
  methods: ResourceMethods<Spec, Raw, Found>,
): ResourceClient<Spec, Found> {
  const { kind } = methods;
  const readInLocation = createLocationReader(api);

  function find(at: Spec | ResourceRef<Spec>, signal: AbortSignal): Promise<Raw | undefined> {
    return readInLocation(`reading ${kind} ${at.name}`, getScope(at), signal, (options) => methods.get(at, options));
  }

  /** Labels a resource that kthw created (by its description) and that has no labels, as after an interrupted insert. */
  async function addMissingLabels(spec: Spec & LabeledResource, scope: Scope, signal: AbortSignal): Promise<void> {
    const setLabels = methods.setLabels;
    if (!setLabels) return;
    const doing = `reading ${kind} ${spec.name}`;
    const raw: LabeledResource | undefined = await api.read(doing, signal, (options) => methods.get(spec, options));
    if (!raw || raw.description !== spec.description || Object.keys(raw.labels ?? {}).length > 0) return;
    const change = { labels: { ...spec.labels }, labelFingerprint: raw.labelFingerprint ?? '' };
    const context = { doing: `labeling ${kind} ${spec.name}`, verb: 'label', zone: scope.zone } as const;
    await api.change(context, scope, signal, (options) => setLabels(spec, change, options));
  }

  return {
    async get(at, signal) {
      const raw = await find(at, signal);
      return raw === undefined ? undefined : methods.toResource(raw, at);
    },
    async insert(spec, { requestId, signal }) {
      const scope: Scope = getScope(spec);
      const context = { doing: `creating ${kind} ${spec.name}`, verb: 'insert', zone: scope.zone } as const;
      // The existing resource can be another one, as a disk that an instance of the same name left behind.
      const isDone = async (errorKind: ComputeErrorKind) =>
        errorKind === 'exists' && (await find(spec, signal)) !== undefined;
      await api.change(context, scope, signal, (options) => methods.insert(spec, requestId, options), isDone);
      await addMissingLabels(spec, scope, signal);
    },
    async list(location, signal) {
      const all = await readInLocation(
        `listing ${kind}${kind.endsWith('s') ? 'es' : 's'}`,
        location,
        signal,
        (options) => methods.list(location, options),
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

/** Sorts a list without meaningful order, so that comparisons are stable. */
export function sortValues(values: readonly string[] | null | undefined): string[] {
  return [...(values ?? [])].sort();
}

function getScope(at: GlobalResource): Scope {
  const { region, zone } = at as GlobalResource & Scope;
  return { region, zone };
}
