import type { Difference } from '../store/events.ts';
import type { Cloud, Global, Resource } from './cloud/cloud.ts';
import { KthwError } from './errors.ts';
import type { Context, Known, Step } from './phase.ts';

interface CloudStep<Spec extends Global, Found> {
  readonly key: string;
  readonly title: string;
  readonly after?: readonly string[];
  readonly of: (cloud: Cloud) => Resource<Spec, Found>;
  /** Where the resource is and, as far as it can be said without asking, what it is. */
  readonly at: Spec | Parameters<Resource<Spec, Found>['get']>[0];
  /** What it must be; may need facts and secrets. @default `at` */
  readonly spec: (c: Context) => Promise<Spec> | Spec;
  /** Fields that must be as asked. What else Google fills in is its own. */
  readonly compare: readonly (keyof Spec & keyof Found & string)[];
  /** Found, but still on its way. */
  readonly pending?: (found: Found) => boolean;
  readonly facts?: (found: Found) => readonly Known[];
}

/** A step that is one resource of Compute Engine: there and as asked, not there, or different and then shown. */
export function cloudStep<Spec extends Global, Found extends object>(wanted: CloudStep<Spec, Found>): Step {
  const { key, title, after, of, at, compare } = wanted;
  return {
    key,
    title,
    ...(after ? { after } : {}),
    async observe(c) {
      const found = await of(c.cloud).get(at, c.signal);
      if (!found) return { is: 'absent' };
      const fields = differences(await wanted.spec(c), found, compare);
      if (fields.length > 0) return { is: 'different', fields };
      if (wanted.pending?.(found)) throw new KthwError('not-there-yet', { step: title });
      return { is: 'present', facts: wanted.facts?.(found) ?? [] };
    },
    async apply(c) {
      await of(c.cloud).insert(await wanted.spec(c), { request: c.request, signal: c.signal });
    },
    async remove(c) {
      await of(c.cloud).delete(at, { request: c.request, signal: c.signal });
    },
  };
}

function differences<Spec extends object, Found extends object>(
  wanted: Spec,
  found: Found,
  fields: readonly (keyof Spec & keyof Found & string)[],
): Difference[] {
  return fields
    .map((field) => ({ field, wanted: text(wanted[field]), found: text(found[field]) }))
    .filter((d) => d.wanted !== d.found);
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

