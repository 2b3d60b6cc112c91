import type { RunView } from '../../engine/desk-types.ts';
import type { Message } from '../command.ts';
import { message } from './blocks.ts';
import { code, md } from './markdown.ts';

/** Goes with the picture of a run: the same in words, for those who don't see it and where no alt text is shown. */
export function timelineNote({ cluster }: RunView, words: string): Message {
  return message(md`📊 ${words}. ${code(`/kthw status ${cluster}`)} shows the cluster`);
}
