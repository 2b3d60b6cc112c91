import type { z } from 'zod';
import { KthwError } from './errors.ts';
import type { Journal } from './journal.ts';
import type { PlannedStep } from './plan.ts';
import type { Output, StepContext } from './step.ts';

export interface StepContextDeps {
  readonly journal: Journal;
  /** Everything of a context but what belongs to one step. */
  readonly context: Omit<StepContext, 'getOutput' | 'findOutput' | 'requestId' | 'detectAllDrift' | keyof StepReporter>;
  readonly planned: readonly PlannedStep[];
  /** What earlier runs of the cluster found out. */
  readonly earlierOutputs: ReadonlyMap<string, z.core.util.JSONType>;
  /** Whether what is built may rely on them: not where the run itself takes down what they are of. */
  readonly reusesEarlierOutputs: boolean;
}

/** How a step is heard. */
export type StepReporter = Pick<StepContext, 'logProgress' | 'reportDiagnosis'>;

/** What one step may use of the world. `request` goes to Compute with its call. */
export function createStepContext(
  { id, direction }: PlannedStep,
  requestId: string,
  deps: StepContextDeps,
  reporter: StepReporter,
): StepContext {
  const { journal, context, planned, earlierOutputs } = deps;
  const canUseEarlierOutputs = direction === 'backward' || deps.reusesEarlierOutputs;
  function findOutput<T>(output: Output<T>): T | undefined {
    const value =
      journal.state.outputs.get(output.name) ?? (canUseEarlierOutputs ? earlierOutputs.get(output.name) : undefined);
    return value === undefined ? undefined : output.schema.parse(value);
  }
  const c: StepContext = {
    ...context,
    ...reporter,
    requestId,
    findOutput,
    getOutput(output) {
      const value = findOutput(output);
      if (value !== undefined) return value;
      throw new KthwError('bug', { doing: id }, { detail: `no earlier step made "${output.name}" known` });
    },
    async detectAllDrift() {
      const forward = planned.filter((p) => p.direction === 'forward');
      return (await Promise.all(forward.map((p) => p.step.detectDrift?.(c) ?? []))).flat();
    },
  };
  return c;
}
