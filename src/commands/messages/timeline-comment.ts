import type { RunView } from '../../engine/service/cluster-service.ts';
import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { md } from './markdown.ts';

/** Comment of an uploaded timeline. It repeats the alt text, which not every client shows. */
export function renderTimelineComment({ cluster }: RunView, description: string): Message {
  return buildMessage(md`📊 ${description}. ${formatCode(`/kthw status ${cluster}`)} shows the cluster`);
}
