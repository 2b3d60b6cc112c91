import { z } from 'zod';
import type { MethodMatch } from './find-method.ts';

const commonFields = {
  /**
   * `POST /global/firewalls`; `*` matches one segment: `DELETE /zones/*\/instances/*`. Paths start after the project.
   */
  match: z.string().regex(/^([A-Z]+|\*) \/\S*$/, 'expected a method and a path, e.g. "POST /global/firewalls"'),
  times: z.int().min(1).default(1),
  delayMs: z.int().min(0).optional(),
};
const faultSchema = z.union([
  z.strictObject({
    ...commonFields,
    respond: z.strictObject({
      status: z.int().min(200).max(599),
      body: z.unknown(),
      headers: z.record(z.string(), z.string()).optional(),
    }),
  }),
  /** Cuts the connection `before` processing (also `true`) or `after` it. */
  z.strictObject({ ...commonFields, cut: z.union([z.literal(true), z.enum(['before', 'after'])]) }),
  z.strictObject({ ...commonFields, operationError: z.strictObject({ code: z.string(), message: z.string() }) }),
  z.strictObject({ ...commonFields, hang: z.literal(true) }),
  z.strictObject({ ...commonFields, delayMs: z.int().min(0) }),
]);

export type Fault = z.infer<typeof faultSchema>;

/** Injects faults into API requests and counts requests, for tests of API clients. */
export class FaultInjector {
  #pendingFaults: { readonly fault: Fault; left: number }[] = [];
  #callCounts = new Map<string, number>();

  /** Adds one fault or a list. @throws ZodError */
  addFaults(given: unknown): void {
    const read = z.union([z.array(faultSchema), faultSchema.transform((one) => [one])]).parse(given);
    this.#pendingFaults.push(...read.map((one) => ({ fault: one, left: one.times })));
  }

  /** Faults that have not been triggered yet. */
  get pendingFaults(): readonly Fault[] {
    return this.#pendingFaults.map(({ fault: { ...one }, left }) => ({ ...one, times: left }));
  }

  get callCounts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#callCounts);
  }

  clearFaults(): void {
    this.#pendingFaults = [];
  }

  clearCallCounts(): void {
    this.#callCounts.clear();
  }

  /** Counts a request and removes the first fault that matches it. */
  takeFault(verb: string, path: string, found: MethodMatch | undefined): Fault | undefined {
    const template = found?.method.template ?? path;
    const callKey = `${verb} ${toProjectPath(template)}`;
    this.#callCounts.set(callKey, (this.#callCounts.get(callKey) ?? 0) + 1);
    const pendingFault = this.#pendingFaults.find(
      ({ fault: { match } }) => isFaultMatch(match, verb, toProjectPath(path)) || match === callKey,
    );
    if (pendingFault === undefined) return undefined;
    pendingFault.left -= 1;
    if (pendingFault.left === 0) this.#pendingFaults = this.#pendingFaults.filter((other) => other !== pendingFault);
    return pendingFault.fault;
  }
}

function isFaultMatch(match: string, verb: string, path: string): boolean {
  const [expectedVerb = '', expectedPath = ''] = match.split(' ');
  if (expectedVerb !== '*' && expectedVerb !== verb) return false;
  const [expectedSegments, parts] = [expectedPath.split('/'), path.split('/')];
  return (
    expectedSegments.length === parts.length &&
    expectedSegments.every((segment, at) => segment === '*' || segment === parts[at])
  );
}

/** Returns the path after the project. */
function toProjectPath(path: string): string {
  return path.replace(/^\/compute\/v1\/projects\/[^/]+/, '') || '/';
}
