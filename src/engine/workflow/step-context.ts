import type { z } from 'zod';
import { KthwError } from './errors.ts';
import type { Journal } from './journal.ts';
import type { PlannedStep } from './plan.ts';
import type { Context, Fact } from './step.ts';

export interface ContextTools {
  readonly journal: Journal;
  /** Everything of a context but what belongs to one step. */
  readonly context: Omit<Context, 'know' | 'knows' | 'request' | 'survey' | keyof Voice>;
  readonly planned: readonly PlannedStep[];
  /** What earlier runs of the cluster found out. */
  readonly earlierFacts: ReadonlyMap<string, z.core.util.JSONType>;
  /** Whether what is built may rely on them: not where the run itself takes down what they are of. */
  readonly trustsEarlierFacts: boolean;
}

/** How a step is heard. */
export type Voice = Pick<Context, 'say' | 'diagnosed'>;

/** What one step may use of the world. `request` goes to Compute with its call. */
export function stepContext({ id, walks }: PlannedStep, request: string, tools: ContextTools, voice: Voice): Context {
  const { journal, context, planned, earlierFacts } = tools;
  const mayRemember = walks === 'backward' || tools.trustsEarlierFacts;
  function knows<T>(fact: Fact<T>): T | undefined {
    const value = journal.state.facts.get(fact.name) ?? (mayRemember ? earlierFacts.get(fact.name) : undefined);
    return value === undefined ? undefined : fact.schema.parse(value);
  }
  const c: Context = {
    ...context,
    ...voice,
    request,
    knows,
    know(fact) {
      const value = knows(fact);
      if (value !== undefined) return value;
      throw new KthwError('bug', { doing: id }, { detail: `no earlier step made "${fact.name}" known` });
    },
    async survey() {
      const forward = planned.filter((p) => p.walks === 'forward');
      return (await Promise.all(forward.map((p) => p.step.differs?.(c) ?? []))).flat();
    },
  };
  return c;
}
