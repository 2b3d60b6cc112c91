import type { RunView } from '../../engine/service/cluster-service.ts';
import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { formatCode, md } from './markdown.ts';

/** Goes with the picture of a run: the same in words, for those who don't see it and where no alt text is shown. */
export function renderTimelineComment({ cluster }: RunView, description: string): Message {
  return buildMessage(md`📊 ${description}. ${formatCode(`/kthw status ${cluster}`)} shows the cluster`);
}

/** The same for the picture of a cluster. */
export function renderClusterMapComment(cluster: string, description: string): Message {
  return buildMessage(md`🖼️ ${description}. ${formatCode(`/kthw doctor ${cluster}`)} shows the figures of its machines`);
}

/** To whoever asked for one that did not come. */
export function renderChartUnavailable(): Message {
  return buildMessage(
    md`The picture did not work just now; what I said above it is so. ${formatCode('/kthw status NAME')} tries again`,
  );
}
