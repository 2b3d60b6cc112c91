import type { ConfirmedOutputs } from '../cluster/confirmed-outputs.ts';
import { KthwError } from '../cluster/errors.ts';
import type { Output } from '../cluster/output.ts';
import type { Journal } from './journal.ts';
import type { PlannedStep } from './plan.ts';
import type { WorkflowContext } from './step.ts';

export interface StepContextDeps {
  readonly journal: Journal;
  /** Shared by all steps of a run: cluster, clock, signal, and the clients that the runner opened. */
  readonly context: Pick<WorkflowContext, 'cluster' | 'clock' | 'signal'>;
  readonly planned: readonly PlannedStep[];
  /** Names of the outputs of earlier runs of the cluster. */
  readonly earlierOutputs: ReadonlySet<string>;
  readonly confirmedOutputs: ConfirmedOutputs;
  /** Whether forward steps may use them. False if the run replaces the resources that they describe. */
  readonly reusesEarlierOutputs: boolean;
}

/** Receives what a step reports while it runs. */
export type StepReporter = Pick<WorkflowContext, 'logProgress' | 'reportDiagnosis'>;

/** The context of one step. @param requestId sent to Compute Engine with each call */
export function createStepContext(
  { id, direction }: PlannedStep,
  requestId: string,
  deps: StepContextDeps,
  reporter: StepReporter,
): WorkflowContext {
  const { journal, context, planned, earlierOutputs, confirmedOutputs } = deps;
  const canUseEarlierOutputs = direction === 'backward' || deps.reusesEarlierOutputs;
  function isSet({ name }: Output<unknown>): boolean {
    return journal.state.outputs.has(name) || (canUseEarlierOutputs && earlierOutputs.has(name));
  }
  function findOutput<T>(output: Output<T>): T | undefined {
    const value = isSet(output) ? confirmedOutputs.find(output.name) : undefined;
    return value === undefined ? undefined : output.schema.parse(value);
  }
  const c: WorkflowContext = {
    ...context,
    ...reporter,
    requestId,
    findOutput,
    getOutput(output) {
      const value = findOutput(output);
      if (value !== undefined) return value;
      if (isSet(output))
        throw new KthwError('output-unconfirmed', { output: output.name, cluster: context.cluster.name });
      throw new KthwError('bug', { doing: id }, { detail: `no earlier step set the output "${output.name}"` });
    },
    async detectAllDrift() {
      const forward = planned.filter((p) => p.direction === 'forward');
      return (await Promise.all(forward.map((p) => p.step.detectDrift?.(c) ?? []))).flat();
    },
  };
  return c;
}
