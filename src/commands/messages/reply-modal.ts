import type { ModalView } from '@slack/types';
import { block, type Message } from './blocks.ts';
import { truncate } from './limits.ts';
import { md } from './markdown.ts';

const maxTitleLength = 24;

/** Shows a message as a modal, for the Home tab, which has no messages. */
export function renderReplyModal(title: string, { blocks }: Message): ModalView {
  return {
    type: 'modal',
    callback_id: 'reply',
    title: { type: 'plain_text', text: truncate(title, maxTitleLength) },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...blocks],
  };
}

export function renderLoadingModal(title: string): ModalView {
  return renderReplyModal(title, { text: '', blocks: [block.context(md`⏳ Loading`)] });
}
