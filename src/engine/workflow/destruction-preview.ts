import { createHash } from 'node:crypto';
import type { PlannedStep } from './plan.ts';
import { type RunState, stepAt } from './run-state.ts';
import { type ContextTools, stepContext, type Voice } from './step-context.ts';

/** What a run would take away, as it is now. */
export interface Stakes {
  /** Lines for a person to approve. */
  readonly lines: readonly string[];
  /** Of exactly these lines and the state they were computed from. */
  readonly digest: string;
}

const silent: Voice = { say() {}, diagnosed() {} };

/** Looks at everything that waits for an approval. @throws KthwError when it can't be looked at */
export async function stakesOf(planned: readonly PlannedStep[], tools: ContextTools): Promise<Stakes> {
  const found = await Promise.all(
    planned
      .filter((p) => p.destroys)
      .map(async (p) => {
        const c = stepContext(p, '', tools, silent);
        const stake = await (p.step.stake?.(c) ?? { lines: [p.step.title], state: '' });
        return { id: p.id, ...stake };
      }),
  );
  const digest = createHash('sha256').update(JSON.stringify(found)).digest('hex');
  return { lines: found.flatMap(({ lines }) => lines), digest };
}

/** Pure: whether something was taken away already. From then on the approval that allowed it holds. */
export function hasBegun(planned: readonly PlannedStep[], state: RunState): boolean {
  return planned.some((p) => p.destroys && stepAt(state, p.id).startedAt !== undefined);
}
