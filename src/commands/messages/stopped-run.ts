import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StoppedRun } from '../../store/events.ts';
import { type Markdown, md } from './markdown.ts';
import { getOperationLabels } from './operation-labels.ts';
import { countSteps } from './progress-bar.ts';

/** The run that an approval or confirmation would stop: the latest run, if it is active. */
export function getStoppedRun(latestRun: RunView | undefined): StoppedRun | undefined {
  if (!latestRun || latestRun.outcome !== undefined) return undefined;
  const { run, operation, requester } = latestRun;
  const { done, total } = countSteps(latestRun);
  return { run, operation, requester, donePercent: Math.floor((100 * done) / Math.max(1, total)) };
}

/** Warning in an approval request or confirmation. Empty if no run is active. */
export function formatStoppedRun(stops: StoppedRun | undefined): Markdown[] {
  if (!stops) return [];
  const { noun } = getOperationLabels(stops.operation);
  return [md`⚠️ *This stops ${md.mention(stops.requester)}'s ${noun}, which is ${stops.donePercent} % done.*`];
}
