import { LeaseLost, StoreUnavailable } from '../../store/store.ts';
import { createStepContext } from './create-step-context.ts';
import type { ExecuteStepDeps } from './execute-step.ts';
import type { PlannedStep } from './plan.ts';
import { getStepRecord } from './run-state.ts';

/**
 * Returns resources to service whose removal or disruption was started and not finished. Best effort: the run ends even if
 * it fails.
 * @throws LeaseLost, StoreUnavailable
 */
export async function restoreInterruptedSteps(planned: readonly PlannedStep[], deps: ExecuteStepDeps): Promise<void> {
  const { journal } = deps;
  for (const p of planned) {
    const { restore } = (p.direction === 'backward' ? p.step.removable : p.step.destructive) ?? {};
    const { hasBegun, state } = getStepRecord(journal.state, p.id);
    if (!restore || !hasBegun || state === 'done') continue;
    const lines: string[] = [];
    const reporter = { logProgress: (line: string) => void lines.push(line), reportDiagnosis() {} };
    try {
      await restore(createStepContext(p, '', deps, reporter));
    } catch (error) {
      if (error instanceof LeaseLost || error instanceof StoreUnavailable) throw error;
      deps.log({ step: p.id, error }, 'a resource was not restored after its step was interrupted');
    }
    if (lines.length > 0)
      await journal.append(...lines.map((message) => ({ type: 'step.logged' as const, step: p.id, message })));
  }
}
