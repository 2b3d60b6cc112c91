import type { StoredEvent } from '../../store/events.ts';
import type { RunRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { clusterOf } from '../cluster/cluster.ts';
import { shownPhase } from '../service/run-view.ts';
import { KthwError } from '../workflow/errors.ts';
import { isOperation } from '../workflow/operations.ts';
import { type PlannedStep, plan } from '../workflow/plan.ts';
import type { ByHand, Fact, Phase, Typed } from '../workflow/step.ts';
import { BlankVault } from './redacted-vault.ts';

/** What a person would have typed for a phase of a run, and what came back. Holds no secret: it is rendered without the vault. */
export interface HardWay {
  readonly cluster: string;
  readonly title: string;
  readonly chapter: number;
  /** The steps that are done, in the order of the plan. */
  readonly parts: readonly HardWayPart[];
}

export interface HardWayPart {
  readonly title: string;
  readonly typed: readonly Typed[];
  /** What somebody who looked would have read; empty: nothing was kept. */
  readonly saw: string;
}

interface Tools {
  readonly store: Store;
  readonly phases: readonly Phase[];
  readonly mirror?: string | undefined;
}

/** @param phase by the name that the run's view gives it */
export async function hardWay(
  { store, phases, mirror }: Tools,
  run: string,
  phase: string,
): Promise<HardWay | undefined> {
  const record = (await store.read('run', run))?.value;
  if (!record || !isOperation(record.operation)) return undefined;
  const { operation, spec } = record;
  const cluster = clusterOf(spec);
  const steps = plan(phases, cluster, { ...record, operation }).filter((p) => shownPhase(p) === phase);
  const [first] = steps;
  if (!first) return undefined;
  const events = await store.events(run);
  const earlier = await factsBefore(store, record);
  const parts = await Promise.all(
    steps.map(async (p) => {
      const done = events.findLast(({ event }) => event.type === 'step.finished' && event.step === p.id);
      if (done?.event.type !== 'step.finished') return [];
      const c = { cluster, mirror, vault: new BlankVault(), ...knowing(p, earlier, events.slice(0, done.seq - 1)) };
      return [partOf(p, await (p.step.byHand?.(c, p.walks) ?? []), done.event.saw)];
    }),
  );
  const { title, chapter } = first.phase;
  return { cluster: spec.name, title, chapter, parts: parts.flat() };
}

function partOf({ step }: PlannedStep, typed: readonly Typed[], saw = ''): HardWayPart {
  return { title: step.title, typed, saw };
}

/** What a run could rely on when it began, as far as that is kept. */
async function factsBefore(store: Store, { cluster, operation }: RunRecord): Promise<ReadonlyMap<string, unknown>> {
  if (operation === 'create' || operation === 'rebuild') return new Map();
  return new Map(Object.entries((await store.read('cluster', cluster))?.value.facts ?? {}));
}

/** What was known when a step was done: what it was rendered from then. */
function knowing(
  { id }: PlannedStep,
  earlier: ReadonlyMap<string, unknown>,
  events: readonly StoredEvent[],
): Pick<ByHand, 'know' | 'knows'> {
  const found = events.flatMap(({ event }) => (event.type === 'step.finished' ? event.facts : []));
  const facts = new Map([...earlier, ...found.map(({ name, value }) => [name, value] as const)]);
  function knows<T>({ name, schema }: Fact<T>): T | undefined {
    const value = facts.get(name);
    return value === undefined ? undefined : schema.parse(value);
  }
  return {
    knows,
    know(fact) {
      const value = knows(fact);
      if (value !== undefined) return value;
      throw new KthwError('bug', { doing: id }, { detail: `"${fact.name}" is not known` });
    },
  };
}
