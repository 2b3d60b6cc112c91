import type { Difference } from '../../store/step-error.ts';
import { KthwError } from '../cluster/errors.ts';
import { describeMissingMark, isOwned } from '../cluster/is-owned.ts';
import type { OutputValue } from '../cluster/output.ts';
import type { ComputeClient, GlobalResource, ResourceClient, ResourceRef } from '../gcp/compute/compute-client.ts';
import { gcloudCommands, type ResourceCollection, type ResourceSpec } from '../manual/gcloud-commands.ts';
import { markPresent } from '../workflow/observation.ts';
import type { RemovableStep } from '../workflow/step.ts';
import type { StepHandle } from '../workflow/step-handle.ts';
import type { ClusterStep } from './cluster-step.ts';
import { explainInUse } from './deletion-blockers.ts';
import type { ManualContext, RenderContext, StepContext } from './step-context.ts';

type ResourceState<K extends ResourceCollection> =
  ComputeClient[K] extends ResourceClient<infer _, infer State> ? State & object : never;

interface ResourceStepOptions<K extends ResourceCollection> {
  readonly handle: StepHandle;
  readonly title: string;
  readonly dependsOn?: readonly StepHandle[];
  /** Resources that it needs until it is removed, besides those that it depends on. */
  readonly uses?: readonly StepHandle[];
  readonly collection: K;
  /** Name and location. */
  readonly ref: ResourceRef<ResourceSpec<K>>;
  /** Desired fields as far as they are known, for comparison. An undefined field is not compared. @default `buildSpec` */
  readonly buildPartialSpec?: (c: RenderContext) => {
    readonly [F in keyof ResourceSpec<K>]?: ResourceSpec<K>[F] | undefined;
  };
  /** The complete desired resource. May need outputs and secrets. */
  readonly buildSpec: (c: RenderContext) => Promise<ResourceSpec<K>> | ResourceSpec<K>;
  /** Fields that must match, besides the ownership mark. Compute Engine sets others itself. */
  readonly comparedFields: readonly (keyof ResourceSpec<K> & keyof ResourceState<K> & string)[];
  /** An interrupted insert left it without its last part. A repeated insert completes it. */
  readonly isIncomplete?: (found: ResourceState<K>) => boolean;
  /** @throws KthwError if it exists but cannot become ready by itself */
  readonly assertUsable?: (found: ResourceState<K>) => void;
  /** It exists but is not ready. */
  readonly isPending?: (found: ResourceState<K>) => boolean;
  readonly getOutputs?: (found: ResourceState<K>) => readonly OutputValue[];
}

/** One Compute Engine resource. */
export function resourceStep<K extends ResourceCollection>(
  options: ResourceStepOptions<K>,
): RemovableStep<ClusterStep> {
  const { handle, title, dependsOn, ref, comparedFields } = options;
  // The compiler can't relate a collection's key to its types.
  const getCollection = (compute: ComputeClient) =>
    compute[options.collection] as unknown as ResourceClient<ResourceSpec<K> & GlobalResource, ResourceState<K>>;
  const resourceRef = ref as ResourceRef<ResourceSpec<K> & GlobalResource>;
  const getPartialSpec = async (c: StepContext): Promise<Partial<ResourceSpec<K>>> =>
    options.buildPartialSpec?.(c) ?? (await options.buildSpec(c));
  const findResource = (c: StepContext) => getCollection(c.compute).get(resourceRef, c.signal);
  async function findOwned(c: StepContext): Promise<ResourceState<K> | undefined> {
    const found = await findResource(c);
    return isOwned(options.collection, found, c.cluster) ? found : undefined;
  }
  async function compare(c: StepContext, found: ResourceState<K>): Promise<Difference[]> {
    const missingMarks = isOwned(options.collection, found, c.cluster)
      ? []
      : [describeMissingMark(options.collection, found, c.cluster)];
    return [...missingMarks, ...listDifferences(await getPartialSpec(c), found, comparedFields)];
  }
  return {
    handle,
    title,
    ...(dependsOn ? { dependsOn } : {}),
    async observe(c) {
      const found = await findResource(c);
      if (!found) return { status: 'absent' };
      const differences = await compare(c, found);
      if (differences.length > 0) return { status: 'different', differences };
      if (options.isIncomplete?.(found)) return { status: 'absent' };
      options.assertUsable?.(found);
      if (options.isPending?.(found)) {
        const detail = 'status' in found ? `status ${String(found.status)}` : undefined;
        throw new KthwError('not-there-yet', { step: title }, { detail });
      }
      return markPresent(describeResource(found), ...(options.getOutputs?.(found) ?? []));
    },
    async apply(c) {
      await getCollection(c.compute).insert(await options.buildSpec(c), { requestId: c.requestId, signal: c.signal });
    },
    isObservedOnResume: true,
    wait: {
      // The error of the wait has the status of the resource.
      describe: async () => undefined,
      remedy: () => 'check its state in the Google Cloud console',
      limitMs: 5 * 60_000,
    },
    async detectDrift(c) {
      const found = await findResource(c);
      const fields = found ? await compare(c, found) : [];
      return fields.map((d) => ({ ...d, field: `${title}: ${d.field}` }));
    },
    removable: {
      ...(options.uses ? { uses: options.uses } : {}),
      async exists(c) {
        const found = await findResource(c);
        if (!found) return false;
        if (isOwned(options.collection, found, c.cluster)) return true;
        const { field, desired } = describeMissingMark(options.collection, found, c.cluster);
        c.logProgress(`kept ${title}: its ${field} is not "${desired}", so it belongs to someone else`);
        return false;
      },
      async previewDestruction(c) {
        const found = await findOwned(c);
        return found ? { lines: [title], fingerprint: toText(found) } : { lines: [], fingerprint: '' };
      },
      async remove(c) {
        if (!(await findOwned(c))) return;
        try {
          await getCollection(c.compute).delete(resourceRef, { requestId: c.requestId, signal: c.signal });
        } catch (error) {
          throw await explainInUse(error, c);
        }
      },
    },
    explained: {
      async manualCommands(c: ManualContext, direction) {
        const commandBuilders = gcloudCommands[options.collection] as {
          create(spec: ResourceSpec<K>): readonly string[];
          delete(ref: ResourceRef<ResourceSpec<K>>): readonly string[];
        };
        return direction === 'forward'
          ? commandBuilders.create(await options.buildSpec(c))
          : commandBuilders.delete(ref);
      },
    },
  };
}

/** Lists that others extend, for example with network tags of the organization. kthw's own values must be among them. */
const extensibleFields: ReadonlySet<string> = new Set(['tags']);

function listDifferences<F extends string>(
  desired: { readonly [field in F]?: unknown },
  actual: { readonly [field in F]?: unknown },
  fields: readonly F[],
): Difference[] {
  return fields
    .filter((field) => desired[field] !== undefined)
    .map((field) => ({ field, desired: toText(desired[field]), actual: toText(actual[field]) }))
    .filter((d) => d.desired !== d.actual)
    .filter(({ field }) => !extensibleFields.has(field) || !isContained(desired[field as F], actual[field as F]));
}

function isContained(desired: unknown, actual: unknown): boolean {
  return Array.isArray(desired) && Array.isArray(actual) && desired.every((value) => actual.includes(value));
}

/** Like gcloud's `describe`, without the metadata, which holds keys. */
function describeResource(found: object): string {
  return Object.entries(found)
    .filter(([field]) => field !== 'metadata')
    .map(([field, value]) => `${field}: ${toText(value)}`)
    .join('\n');
}

/** Text of a value, independent of the order of lists and keys. */
function toText(value: unknown): string {
  if (Array.isArray(value)) return value.map(toText).sort().join(', ');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([k, v]) => `${k}=${toText(v)}`)
      .sort()
      .join(', ');
  }
  return String(value);
}
