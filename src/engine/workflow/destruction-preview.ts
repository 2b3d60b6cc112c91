import { createHash } from 'node:crypto';
import { createStepContext, type StepContextDeps, type StepReporter } from './create-step-context.ts';
import type { PlannedStep } from './plan.ts';
import { getStepRecord, type RunState } from './run-state.ts';

/** What a run would take away, as it is now. */
export interface RunDestructionPreview {
  /** Lines for a person to approve. */
  readonly lines: readonly string[];
  /** Of exactly these lines and the state they were computed from. */
  readonly digest: string;
}

const silentReporter: StepReporter = { logProgress() {}, reportDiagnosis() {} };

/** Looks at everything that waits for an approval. @throws KthwError when it can't be looked at */
export async function previewRunDestruction(
  planned: readonly PlannedStep[],
  deps: StepContextDeps,
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
  const digest = createHash('sha256').update(JSON.stringify(previews)).digest('hex');
  return { lines: previews.flatMap(({ lines }) => lines), digest };
}

/** Pure: whether something was taken away already. From then on the approval that allowed it holds. */
export function hasDestructionBegun(planned: readonly PlannedStep[], state: RunState): boolean {
  return planned.some((p) => p.isDestructive && getStepRecord(state, p.id).startedAt !== undefined);
}
