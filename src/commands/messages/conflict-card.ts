import type { RunView } from '../../engine/service/cluster-service.ts';
import type { Difference } from '../../store/step-error.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatCount } from './count.ts';
import { md } from './markdown.ts';
import { getStepTitle } from './problem-lines.ts';
import { countSteps } from './progress-bar.ts';
import { formatDifferences } from './table.ts';

/** An existing resource has different settings. kthw never overwrites it. */
export function renderConflictCard(view: RunView, step: string, differences: readonly Difference[]): Message {
  const title = getStepTitle(view, step);
  const { done, total } = countSteps(view);
  return buildMessage(
    md`⚠️ ${title}: conflict in ${differences.map(({ field }) => field).join(', ')}`,
    block.section(md`⚠️ *${title}* · conflict: existing resource has different settings`),
    block.section(formatDifferences(differences)),
    block.section(
      md`The existing resource was not changed. ${done} of ${formatCount(total, 'step')} completed and kept.`,
    ),
    block.context(md`Next: fix or delete the resource, then ${md.code(`/kthw resume ${view.cluster}`)}`),
  );
}
