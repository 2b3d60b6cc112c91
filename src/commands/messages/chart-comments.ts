import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { Message } from '../routing/command.ts';
import { message } from './blocks.ts';
import { code, md } from './markdown.ts';

/** Goes with the picture of a run: the same in words, for those who don't see it and where no alt text is shown. */
export function timelineNote({ cluster }: RunView, words: string): Message {
  return message(md`📊 ${words}. ${code(`/kthw status ${cluster}`)} shows the cluster`);
}

/** The same for the picture of a cluster. */
export function clusterNote(cluster: string, words: string): Message {
  return message(md`🖼️ ${words}. ${code(`/kthw doctor ${cluster}`)} shows the figures of its machines`);
}

/** To whoever asked for one that did not come. */
export function noPicture(): Message {
  return message(
    md`The picture did not work just now; what I said above it is so. ${code('/kthw status NAME')} tries again`,
  );
}
