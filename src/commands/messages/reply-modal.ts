import type { ModalView } from '@slack/types';
import type { Message } from '../routing/command.ts';
import { block } from './blocks.ts';
import { truncate } from './limits.ts';
import { md } from './markdown.ts';

const maxTitleLength = 24;

/** A message where there is no channel to say it in. `channel`: where its buttons act. */
export function renderReplyModal(title: string, { blocks }: Message, channel: string): ModalView {
  return {
    type: 'modal',
    callback_id: 'reply',
    private_metadata: JSON.stringify({ channel }),
    title: { type: 'plain_text', text: truncate(title, maxTitleLength) },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...blocks],
  };
}

/** While it is looked up what to say. */
export function renderLoadingModal(title: string, channel: string): ModalView {
  return renderReplyModal(title, { text: '', blocks: [block.context(md`⏳ Looking`)] }, channel);
}
