import type { Difference } from '../../store/events.ts';
import { hasBegun } from './destruction-preview.ts';
import { KthwError } from './errors.ts';
import type { PlannedStep } from './plan.ts';
import { stepAt } from './run-state.ts';
import { type ContextTools, stepContext } from './step-context.ts';

interface Drift {
  readonly step: string;
  readonly fields: Difference[];
}

const silent = { say() {}, diagnosed() {} };

/**
 * What was made and has been changed by hand since. Looked for once when a run is resumed (of what it had done), and before
 * anything is taken away (of what is to stay): then the run stops before it has changed anything.
 */
export async function driftOf(planned: readonly PlannedStep[], tools: ContextTools): Promise<readonly Drift[]> {
  const { state } = tools.journal;
  const asks = planned.some((p) => p.destroys) && !hasBegun(planned, state);
  if (!state.resumed && !asks) return [];
  const ids = new Set(planned.map(({ id }) => id));
  const stays = ({ id }: PlannedStep) => (asks ? !ids.has(`remove:${id}`) : stepAt(state, id).state === 'done');
  const looks = planned
    .filter((p) => p.walks === 'forward' && p.step.differs && stays(p))
    .map(async (p) => ({ step: p.id, fields: await look(p, tools) }));
  return (await Promise.all(looks)).filter(({ fields }) => fields.length > 0);
}

/** A look that fails says nothing of what it looked at: the steps that are left meet the same fault, and say it. */
async function look(p: PlannedStep, tools: ContextTools): Promise<Difference[]> {
  try {
    return [...((await p.step.differs?.(stepContext(p, '', tools, silent))) ?? [])];
  } catch (error) {
    if (error instanceof KthwError) return [];
    throw error;
  }
}
