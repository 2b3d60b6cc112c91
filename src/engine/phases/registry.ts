import type { Phase } from '../workflow/step.ts';
import * as listed from './index.ts';

type NameOf<P> = P extends Phase<infer N, string> ? N : never;
type AfterOf<P> = P extends Phase<string, infer A> ? A : never;
type Lost<L> = Exclude<AfterOf<L[keyof L]>, NameOf<L[keyof L]>>;
type Ordered<L> = Phase<NameOf<L[keyof L]>, AfterOf<L[keyof L]>>[];

/**
 * Phases in an order that respects `after`, by chapter where it is free. A name in `after` that no phase has is a
 * compile error that shows the name.
 * @throws Error when phases wait for each other: names them.
 */
export function ordered<L extends Record<string, Phase>>(
  list: [Lost<L>] extends [never] ? L : L & { 'unknown phase in after': Lost<L> },
): Ordered<L> {
  const left = (Object.values(list) as Ordered<L>).sort((a, b) => a.chapter - b.chapter);
  const out: Ordered<L> = [];
  while (left.length > 0) {
    const i = left.findIndex((p) => p.after.every((name) => out.some((o) => (o.name as string) === name)));
    if (i < 0) throw new Error(`phases wait for each other: ${left.map((p) => p.name).join(', ')}`);
    out.push(...left.splice(i, 1));
  }
  return out;
}

/** Every phase of a cluster, in the order of the tutorial. */
export const phases: readonly Phase[] = ordered(listed);
export type PhaseName = NameOf<(typeof listed)[keyof typeof listed]>;
