import type { ModalView } from '@slack/types';
import { block, type Message } from './blocks.ts';
import { truncate } from './limits.ts';
import { md } from './markdown.ts';

const maxTitleLength = 24;

/** Shows a message as a modal, for the Home tab, which has no channel. @param channel for the message's buttons */
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

export function renderLoadingModal(title: string, channel: string): ModalView {
  return renderReplyModal(title, { text: '', blocks: [block.context(md`⏳ Loading`)] }, channel);
}
