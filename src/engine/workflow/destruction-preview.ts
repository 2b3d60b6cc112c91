import { createHash } from 'node:crypto';
import { createStepContext, type StepContextDeps, type StepReporter } from './create-step-context.ts';
import type { PlannedStep } from './plan.ts';
import { getStepRecord, type RunState } from './run-state.ts';

/** What a run would delete or disrupt now. */
export interface RunDestructionPreview {
  /** Lines for the approver. */
  readonly lines: readonly string[];
  /** Covers the lines, the state they were computed from, and the run that the approval stops. */
  readonly digest: string;
}

const silentReporter: StepReporter = { logProgress() {}, reportDiagnosis() {} };

/**
 * Previews all steps that require approval.
 * @param stoppedRun active run that the approval stops
 * @throws KthwError when a preview fails
 */
export async function previewRunDestruction(
  planned: readonly PlannedStep[],
  deps: StepContextDeps,
  stoppedRun: string | undefined,
): Promise<RunDestructionPreview> {
  const previews = await Promise.all(
    planned
      .filter((p) => p.isDestructive)
      .map(async (p) => {
        const c = createStepContext(p, '', deps, silentReporter);
        const capability = p.direction === 'forward' ? p.step.destructive : p.step.removable;
        const preview = await (capability?.previewDestruction?.(c) ?? { lines: [p.step.title], fingerprint: '' });
        return { id: p.id, ...preview };
      }),
  );
  const digest = createHash('sha256')
    .update(JSON.stringify([previews, stoppedRun]))
    .digest('hex');
  return { lines: previews.flatMap(({ lines }) => lines), digest };
}

/** Pure: whether a destructive step has started. From then on its approval covers the remaining ones. */
export function hasDestructionBegun(planned: readonly PlannedStep[], state: RunState): boolean {
  return planned.some((p) => p.isDestructive && getStepRecord(state, p.id).startedAt !== undefined);
}
