import type { RunView } from '../../engine/service/cluster-service.ts';
import { type Markdown, md } from './markdown.ts';
import { formatErrorMessage, getStepTitle } from './step-title.ts';

const maxProblems = 10;

/** Failed, conflicting and deferred steps of a run, with the provider's own reason. */
export function formatProblemLines(view: RunView): Markdown[] {
  return view.problems.slice(0, maxProblems).map(({ step, error, differences }) => {
    const title = getStepTitle(view, step);
    if (error) {
      const detail = error.detail === undefined ? '' : md` (${md.code(error.detail)})`;
      return md`• ${title}: ${formatErrorMessage(title, error)}${detail}`;
    }
    return md`• ${title}: ${differences ? 'conflict: existing resource has different settings' : 'failed'}`;
  });
}
