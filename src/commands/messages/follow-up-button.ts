import type { Button } from '@slack/types';
import { block } from './blocks.ts';

const labels = {
  status: 'Show status',
  audit: 'Show audit trail',
  resume: 'Resume',
} as const;

export type FollowUpAction = keyof typeof labels;

/** Ids of the buttons that follow from a message: in a thread no command can be typed. */
export const followUpButtonIds = {
  status: 'status.show',
  audit: 'audit.show',
  resume: 'resume.run',
} as const satisfies Record<FollowUpAction, string>;

/** A button that does with one cluster what the command of its name does. */
export function buildFollowUpButton(cluster: string, action: FollowUpAction): Button {
  const button = block.button(followUpButtonIds[action], labels[action], { cluster });
  return action === 'resume' ? { ...button, style: 'primary' } : button;
}
