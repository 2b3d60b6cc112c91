import type { Difference } from '../../store/events.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { labelsOf, markOf } from '../cluster/resource-names.ts';
import type { Cloud, Global, Resource, Where } from '../gcp/compute/compute-client.ts';
import { type Collection, gcloud, type SpecOf } from '../manual/gcloud-commands.ts';
import { KthwError } from '../workflow/errors.ts';
import { type ByHand, type Context, type Known, type Rendering, type Step, saw } from '../workflow/step.ts';

type FoundOf<K extends Collection> = Cloud[K] extends Resource<infer _, infer Found> ? Found & object : never;

interface CloudStep<K extends Collection> {
  readonly key: string;
  readonly title: string;
  readonly after?: readonly string[];
  readonly of: K;
  /** Where the resource is. */
  readonly at: Where<SpecOf<K>>;
  /** What it must be as far as that is known, for comparing. A field that is undefined is not compared. @default `spec` */
  readonly shape?: (c: Rendering) => { readonly [F in keyof SpecOf<K>]?: SpecOf<K>[F] | undefined };
  /** What it must be, whole; may need facts and secrets. */
  readonly spec: (c: Rendering) => Promise<SpecOf<K>> | SpecOf<K>;
  /** Fields that must be as asked. What else Google fills in is its own. */
  readonly compare: readonly (keyof SpecOf<K> & keyof FoundOf<K> & string)[];
  /** Found as asked, but an insert was cut before its last part: it is made again, which completes it. */
  readonly unfinished?: (found: FoundOf<K>) => boolean;
  /** Found, but still on its way. */
  readonly pending?: (found: FoundOf<K>) => boolean;
  readonly facts?: (found: FoundOf<K>) => readonly Known[];
}

/** A step that is one resource of Compute Engine: there and as asked, not there, or different and then shown. */
export function cloudStep<K extends Collection>(wanted: CloudStep<K>): Step {
  const { key, title, after, at, compare } = wanted;
  // The compiler can't see that one key gives one pair of types, so this is said once, here.
  const of = (cloud: Cloud) => cloud[wanted.of] as unknown as Resource<SpecOf<K> & Global, FoundOf<K>>;
  const place = at as Where<SpecOf<K> & Global>;
  const shape = async (c: Context): Promise<Partial<SpecOf<K>>> => wanted.shape?.(c) ?? (await wanted.spec(c));
  return {
    key,
    title,
    ...(after ? { after } : {}),
    async observe(c) {
      const found = await of(c.cloud).get(place, c.signal);
      if (!found) return { is: 'absent' };
      const fields = differences(await shape(c), found, compare);
      if (fields.length > 0) return { is: 'different', fields };
      if (wanted.unfinished?.(found)) return { is: 'absent' };
      if (wanted.pending?.(found)) throw new KthwError('not-there-yet', { step: title });
      return saw(described(found), ...(wanted.facts?.(found) ?? []));
    },
    async apply(c) {
      await of(c.cloud).insert(await wanted.spec(c), { request: c.request, signal: c.signal });
    },
    async byHand(c: ByHand, walks) {
      // One key gives one pair of types here too.
      const lines = gcloud[wanted.of] as {
        create(spec: SpecOf<K>): readonly string[];
        delete(at: Where<SpecOf<K>>): readonly string[];
      };
      const typed = walks === 'forward' ? lines.create(await wanted.spec(c)) : lines.delete(at);
      return typed.map((script) => ({ script }));
    },
    async differs(c) {
      const found = await of(c.cloud).get(place, c.signal);
      const fields = found ? differences(await shape(c), found, compare) : [];
      return fields.map((d) => ({ ...d, field: `${title}: ${d.field}` }));
    },
    // What bears the name but not the mark is somebody else's: it stays.
    async exists(c) {
      const found = await of(c.cloud).get(place, c.signal);
      return found !== undefined && isOurs(found, c.cluster);
    },
    async stake(c) {
      const found = await of(c.cloud).get(place, c.signal);
      return found && isOurs(found, c.cluster) ? { lines: [title], state: text(found) } : { lines: [], state: '' };
    },
    async remove(c) {
      await of(c.cloud).delete(place, { request: c.request, signal: c.signal });
    },
  };
}

function isOurs(found: object, cluster: Cluster): boolean {
  if ('description' in found) return found.description === markOf(cluster);
  if ('labels' in found) return text(found.labels).includes(text(labelsOf(cluster)));
  return true;
}

function differences<F extends string>(
  wanted: { readonly [field in F]?: unknown },
  found: { readonly [field in F]?: unknown },
  fields: readonly F[],
): Difference[] {
  return fields
    .filter((field) => wanted[field] !== undefined)
    .map((field) => ({ field, wanted: text(wanted[field]), found: text(found[field]) }))
    .filter((d) => d.wanted !== d.found);
}

/** As gcloud's `describe` prints it, but for the metadata, which holds keys. */
function described(found: object): string {
  return Object.entries(found)
    .filter(([field]) => field !== 'metadata')
    .map(([field, value]) => `${field}: ${text(value)}`)
    .join('\n');
}

/** One text per value, whatever order a set came in. */
function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).sort().join(', ');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([k, v]) => `${k}=${text(v)}`)
      .sort()
      .join(', ');
  }
  return String(value);
}
