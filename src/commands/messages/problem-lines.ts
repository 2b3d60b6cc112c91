import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StepError } from '../../store/step-error.ts';
import { type Markdown, md } from './markdown.ts';
import { getOperationLabels } from './operation-labels.ts';

const maxProblems = 10;

/** Failed, conflicting and deferred steps of a run, with the provider's own reason. */
export function formatProblemLines(view: RunView): Markdown[] {
  return view.problems.slice(0, maxProblems).map(({ step, error, differences }) => {
    const title = step === undefined ? getOperationLabels(view.operation).noun : getStepTitle(view, step);
    if (error) {
      const detail = error.detail === undefined ? '' : md` (${md.code(error.detail)})`;
      return md`• ${title}: ${formatErrorMessage(title, error)}${detail}`;
    }
    return md`• ${title}: ${differences ? 'conflict: existing resource has different settings' : 'failed'}`;
  });
}

/** Title of a step, or its id if it is not in the plan any more. */
export function getStepTitle(view: Pick<RunView, 'steps'>, step: string): string {
  return view.steps[step]?.title ?? step;
}

/** Error message without the leading step title, which is shown next to it. */
export function formatErrorMessage(title: string, { message }: Pick<StepError, 'message'>): string {
  return message.startsWith(`${title}: `) ? message.slice(title.length + 2) : message;
}
