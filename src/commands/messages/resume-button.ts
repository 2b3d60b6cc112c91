import type { Button } from '@slack/types';
import { block } from './blocks.ts';
import { followUpButtonIds, type ShownCluster } from './follow-up-button.ts';

/** Button that resumes one run. It carries the run, because a newer run may have changed the cluster since. */
export function buildResumeButton({ cluster, run }: ShownCluster): Button {
  return { ...block.button(followUpButtonIds.resume, 'Resume', { cluster, run }), style: 'primary' };
}
