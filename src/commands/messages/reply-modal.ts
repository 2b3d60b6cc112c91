import type { ModalView } from '@slack/types';
import type { Message } from '../routing/command.ts';
import { block } from './blocks.ts';
import { cut } from './limits.ts';
import { md } from './markdown.ts';

const longestTitle = 24;

/** A message where there is no channel to say it in. `channel`: where its buttons act. */
export function replyModal(title: string, { blocks }: Message, channel: string): ModalView {
  return {
    type: 'modal',
    callback_id: 'reply',
    private_metadata: JSON.stringify({ channel }),
    title: { type: 'plain_text', text: cut(title, longestTitle) },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...blocks],
  };
}

/** While it is looked up what to say. */
export function lookingModal(title: string, channel: string): ModalView {
  return replyModal(title, { text: '', blocks: [block.note(md`⏳ Looking`)] }, channel);
}
