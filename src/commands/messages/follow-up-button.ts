import type { Button } from '@slack/types';
import { block } from './blocks.ts';

const labels = {
  status: 'Show status',
  audit: 'Show audit trail',
  resume: 'Resume',
} as const;

export type Following = keyof typeof labels;

/** Ids of the buttons that follow from a message: in a thread no command can be typed. */
export const followIds = {
  status: 'status.show',
  audit: 'audit.show',
  resume: 'resume.yes',
} as const satisfies Record<Following, string>;

/** A button that does with one cluster what the command of its name does. */
export function follow(cluster: string, what: Following): Button {
  const button = block.button(followIds[what], labels[what], { cluster });
  return what === 'resume' ? { ...button, style: 'primary' } : button;
}
