import type { Button, KnownBlock } from '@slack/types';
import { block } from './blocks.ts';

const labels = {
  status: 'Status',
  audit: 'Audit log',
} as const;

export type FollowUpAction = keyof typeof labels;

/** Action ids of follow-up buttons. They are needed because slash commands don't work in threads. */
export const followUpButtonIds = {
  status: 'status.show',
  audit: 'audit.show',
  resume: 'resume.run',
} as const satisfies Record<FollowUpAction | 'resume', string>;

/** Button that runs the command of the same name on a cluster. */
export function buildFollowUpButton(cluster: string, action: FollowUpAction): Button {
  return block.button(followUpButtonIds[action], labels[action], { cluster });
}

/** A cluster as a message shows it: with its latest run. Buttons that change the cluster carry both, to detect outdated ones. */
export interface ShownCluster {
  readonly cluster: string;
  readonly run: string;
}

export function buildResizeButton({ cluster, run }: ShownCluster, machineType: string, buttonId: string): KnownBlock {
  const label = `Resize to ${machineType} and continue`;
  return block.actions({ ...block.button(buttonId, label, { cluster, run, machineType }), style: 'primary' });
}
