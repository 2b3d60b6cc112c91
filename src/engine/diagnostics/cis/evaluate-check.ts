import type { Evidence, Item, Judgement, Saw, Sighting } from './check.ts';

/** What the evidence says of one item. Pure. One place where it is wrong is enough to fail; else all must have been seen. */
export function judge({ look, ...item }: Item, evidence: Evidence): Judgement {
  const sightings = look(evidence);
  const wrong = textsOf(sightings, (saw) => (typeof saw === 'object' && 'wrong' in saw ? saw.wrong : undefined));
  if (wrong.length > 0) return { ...item, is: 'fails', found: wrong };
  const unseen = textsOf(sightings, (saw) => (typeof saw === 'object' && 'unseen' in saw ? saw.unseen : undefined));
  if (unseen.length > 0) return { ...item, is: 'unseen', found: unseen };
  if (sightings.length === 0) return { ...item, is: 'unseen', found: [{ at: [], text: 'there is no such machine' }] };
  const why = textsOf(sightings, (saw) => (typeof saw === 'object' && 'excepted' in saw ? saw.excepted : undefined));
  return why.length > 0 ? { ...item, is: 'exception', found: why } : { ...item, is: 'passes', found: [] };
}

/** The same text once, with all places where it holds. */
function textsOf(sightings: readonly Sighting[], textOf: (saw: Saw) => string | undefined): Judgement['found'] {
  const places = new Map<string, string[]>();
  for (const { at, saw } of sightings) {
    const text = textOf(saw);
    if (text !== undefined) places.set(text, [...(places.get(text) ?? []), ...(at === undefined ? [] : [at])]);
  }
  return [...places].map(([text, at]) => ({ at, text }));
}
