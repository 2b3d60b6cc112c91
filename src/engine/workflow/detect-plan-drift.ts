import type { Difference } from '../../store/step-error.ts';
import { KthwError } from '../cluster/errors.ts';
import type { StepContextDeps } from './create-step-context.ts';
import { createStepContext } from './create-step-context.ts';
import { hasDestructionBegun } from './destruction-preview.ts';
import type { PlannedStep } from './plan.ts';
import { getStepRecord } from './run-state.ts';

interface StepDrift {
  readonly step: string;
  readonly differences: Difference[];
}

const silentReporter = { logProgress() {}, reportDiagnosis() {} };

/**
 * Finds resources that were changed outside kthw. Checks completed steps once after a resume, and before a deletion all
 * resources that stay. A difference ends the run before it changes anything.
 */
export async function detectPlanDrift(
  planned: readonly PlannedStep[],
  deps: StepContextDeps,
): Promise<readonly StepDrift[]> {
  const { state } = deps.journal;
  const needsApproval = planned.some((p) => p.isDestructive) && !hasDestructionBegun(planned, state);
  if (!state.isResumed && !needsApproval) return [];
  const ids = new Set(planned.map(({ id }) => id));
  const isKept = ({ id }: PlannedStep) =>
    needsApproval ? !ids.has(`remove:${id}`) : getStepRecord(state, id).state === 'done';
  const checks = planned
    .filter((p) => p.direction === 'forward' && p.step.detectDrift && isKept(p))
    .map(async (p) => ({ step: p.id, differences: await detectStepDrift(p, deps) }));
  return (await Promise.all(checks)).filter(({ differences }) => differences.length > 0);
}

/** A failed check is ignored: a later step fails with the same error and reports it. */
async function detectStepDrift(p: PlannedStep, deps: StepContextDeps): Promise<Difference[]> {
  try {
    return [...((await p.step.detectDrift?.(createStepContext(p, '', deps, silentReporter))) ?? [])];
  } catch (error) {
    if (error instanceof KthwError) return [];
    throw error;
  }
}
