import { z } from 'zod';
import type { Found } from './find-method.ts';

const answerFaults = {
  /** `POST /global/firewalls`, or with `*` for a segment: `DELETE /zones/*\/instances/*`. Paths begin after the project. */
  match: z.string().regex(/^([A-Z]+|\*) \/\S*$/, 'expected a method and a path, e.g. "POST /global/firewalls"'),
  times: z.int().min(1).default(1),
  delayMs: z.int().min(0).optional(),
};
const fault = z.union([
  z.strictObject({
    ...answerFaults,
    respond: z.strictObject({
      status: z.int().min(200).max(599),
      body: z.unknown(),
      headers: z.record(z.string(), z.string()).optional(),
    }),
  }),
  /** The connection is cut: `before` the request is looked at (so does `true`), or `after` it was carried out. */
  z.strictObject({ ...answerFaults, cut: z.union([z.literal(true), z.enum(['before', 'after'])]) }),
  z.strictObject({ ...answerFaults, operationError: z.strictObject({ code: z.string(), message: z.string() }) }),
  z.strictObject({ ...answerFaults, hang: z.literal(true) }),
  z.strictObject({ ...answerFaults, delayMs: z.int().min(0) }),
]);

export type Fault = z.infer<typeof fault>;

/** Ordered misbehaviour, for tests of those who use the API; and a count of what they asked. */
export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = [];
  #calls = new Map<string, number>();

  /** Adds one or a list. @throws ZodError */
  order(given: unknown): void {
    const read = z.union([z.array(fault), fault.transform((one) => [one])]).parse(given);
    this.#waiting.push(...read.map((one) => ({ fault: one, left: one.times })));
  }

  /** Those that have not happened yet. */
  get waiting(): readonly Fault[] {
    return this.#waiting.map(({ fault: { ...one }, left }) => ({ ...one, times: left }));
  }

  get calls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#calls);
  }

  clear(): void {
    this.#waiting = [];
  }

  clearCalls(): void {
    this.#calls.clear();
  }

  /** Counts a request and takes the first fault that was ordered for it. */
  meet(verb: string, path: string, found: Found | undefined): Fault | undefined {
    const template = found?.method.template ?? path;
    const counted = `${verb} ${short(template)}`;
    this.#calls.set(counted, (this.#calls.get(counted) ?? 0) + 1);
    const met = this.#waiting.find(({ fault: { match } }) => matches(match, verb, short(path)) || match === counted);
    if (met === undefined) return undefined;
    met.left -= 1;
    if (met.left === 0) this.#waiting = this.#waiting.filter((other) => other !== met);
    return met.fault;
  }
}

function matches(match: string, verb: string, path: string): boolean {
  const [wantedVerb = '', wantedPath = ''] = match.split(' ');
  if (wantedVerb !== '*' && wantedVerb !== verb) return false;
  const [wanted, parts] = [wantedPath.split('/'), path.split('/')];
  return wanted.length === parts.length && wanted.every((segment, at) => segment === '*' || segment === parts[at]);
}

/** A path from after the project on. */
function short(path: string): string {
  return path.replace(/^\/compute\/v1\/projects\/[^/]+/, '') || '/';
}
