import type { RunView } from '../../engine/service/cluster-service.ts';
import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** Comment of an uploaded timeline. It repeats the alt text, which not every client shows. */
export function renderTimelineComment({ cluster }: RunView, description: string): Message {
  return buildMessage(md`📊 ${description}. ${md.code(`/kthw status ${cluster}`)} shows the cluster`);
}

/** Comment of an uploaded cluster map. It repeats the alt text, which not every client shows. */
export function renderClusterMapComment(cluster: string, description: string): Message {
  return buildMessage(md`🖼️ ${description}. ${md.code(`/kthw doctor ${cluster}`)} shows instance metrics`);
}
