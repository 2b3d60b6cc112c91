import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { md } from './markdown.ts';

/** Comment of an uploaded cluster map. It repeats the alt text, which not every client shows. */
export function renderClusterMapComment(cluster: string, description: string): Message {
  return buildMessage(md`🖼️ ${description}. ${formatCode(`/kthw doctor ${cluster}`)} shows instance metrics`);
}
