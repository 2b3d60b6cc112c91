import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StepError } from '../../store/step-error.ts';

/** Title of a step, or its id if it is not in the plan any more. */
export function getStepTitle(view: Pick<RunView, 'steps'>, step: string): string {
  return view.steps[step]?.title ?? step;
}

/** Error message without the leading step title, which is shown next to it. */
export function formatErrorMessage(title: string, { message }: Pick<StepError, 'message'>): string {
  return message.startsWith(`${title}: `) ? message.slice(title.length + 2) : message;
}
