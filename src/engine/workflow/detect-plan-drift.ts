import { isDeepStrictEqual } from 'node:util';
import type { Difference } from '../../store/step-error.ts';
import { KthwError } from '../cluster/errors.ts';
import type { OutputValue } from '../cluster/output.ts';
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

interface LostSteps {
  readonly steps: string[];
  /** Why, in one line per lost result. */
  readonly reasons: string[];
}

/**
 * Finds, once after a resume, completed steps whose results were deleted or replaced outside kthw, with all steps that depend
 * on them: files on a recreated instance are lost too. A step whose result is intact is adopted when it runs again.
 */
export async function findLostSteps(
  planned: readonly PlannedStep[],
  deps: StepContextDeps,
): Promise<LostSteps | undefined> {
  const { state } = deps.journal;
  if (!state.isResumed) return undefined;
  const completed = planned.filter((p) => p.direction === 'forward' && getStepRecord(state, p.id).state === 'done');
  const changes = await Promise.all(
    completed
      .filter((p) => p.step.isObservedOnResume)
      .map(async (p) => ({ id: p.id, reason: await findChange(p, deps) })),
  );
  const lost = changes.flatMap(({ id, reason }) => (reason === undefined ? [] : [{ id, reason }]));
  if (lost.length === 0) return undefined;
  const ids = addDependents(lost, planned);
  return {
    steps: completed.flatMap(({ id }) => (ids.has(id) ? [id] : [])),
    reasons: lost.map(({ reason }) => reason),
  };
}

function addDependents(
  steps: readonly Pick<PlannedStep, 'id'>[],
  planned: readonly PlannedStep[],
): ReadonlySet<string> {
  const ids = new Set(steps.map(({ id }) => id));
  for (let size = 0; size < ids.size; ) {
    size = ids.size;
    for (const p of planned) if (p.dependsOn.some((id) => ids.has(id))) ids.add(p.id);
  }
  return ids;
}

/** Why a completed step must run again. A failed observation is ignored, unless it says that the resource is unusable. */
async function findChange(p: PlannedStep, deps: StepContextDeps): Promise<string | undefined> {
  const { title } = p.step;
  try {
    const found = await p.step.observe(createStepContext(p, '', deps, silentReporter));
    if (found.status === 'absent') return `${title} is missing`;
    // Differences are drift, which a resize may accept.
    if (found.status === 'different') return undefined;
    const { outputs } = deps.journal.state;
    const isChanged = ({ name, value }: OutputValue) =>
      outputs.has(name) && !isDeepStrictEqual(outputs.get(name), value);
    return found.outputs?.some(isChanged) ? `${title} was replaced or restarted` : undefined;
  } catch (error) {
    if (!(error instanceof KthwError)) throw error;
    return error.kind === 'conflict' || error.code === 'not-there-yet' ? error.message : undefined;
  }
}
