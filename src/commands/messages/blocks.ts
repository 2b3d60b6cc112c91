import type { Button, KnownBlock } from '@slack/types';
import { limits, truncate } from './limits.ts';
import { type Markdown, md } from './markdown.ts';

/** `text` is for notifications and screen readers. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** Builders of the Block Kit blocks that our messages use. */
export const block = {
  header: (text: string): KnownBlock => ({ type: 'header', text: { type: 'plain_text', text, emoji: true } }),
  section: ({ markdown }: Markdown): KnownBlock => ({ type: 'section', text: { type: 'mrkdwn', text: markdown } }),
  /** Joins lines into as few sections as fit Slack's 3,000 characters each, without splitting a line. */
  sections: (lines: readonly Markdown[]): KnownBlock[] => {
    const texts: string[] = [];
    for (const { markdown } of lines) {
      const last = texts.at(-1);
      if (last !== undefined && last.length + 1 + markdown.length <= limits.section)
        texts[texts.length - 1] = `${last}\n${markdown}`;
      else texts.push(markdown);
    }
    return texts.map((markdown) => block.section({ markdown }));
  },
  sectionWithButton: ({ markdown }: Markdown, accessory: Button): KnownBlock => ({
    type: 'section',
    text: { type: 'mrkdwn', text: markdown },
    accessory,
  }),
  context: ({ markdown }: Markdown): KnownBlock => ({
    type: 'context',
    elements: [{ type: 'mrkdwn', text: truncate(markdown, limits.context) }],
  }),
  actions: (...elements: readonly Button[]): KnownBlock => ({ type: 'actions', elements: [...elements] }),
  button: (id: string, text: string, value: unknown): Button => ({
    type: 'button',
    action_id: id,
    text: { type: 'plain_text', text: truncate(text, limits.buttonText) },
    value: JSON.stringify(value),
  }),
};

/** Truncates to Slack's limits. @param text for notifications and screen readers */
export function buildMessage(text: Markdown, ...blocks: readonly KnownBlock[]): Message {
  return truncateToLimits({ text: text.markdown, blocks: blocks.length > 0 ? blocks : [block.section(text)] });
}

/** A message of one sentence, and a hint what to do next. */
export function buildReply(text: Markdown, hint: Markdown): Message {
  return buildMessage(text, block.section(text), block.context(hint));
}

/** Truncates texts and drops blocks over Slack's limits; the last block then counts the dropped ones. */
function truncateToLimits({ text, blocks }: Message): Message {
  const truncatedBlocks = blocks.map(truncateBlock);
  const hiddenCount = truncatedBlocks.length - limits.blocks + 1;
  const visibleBlocks =
    hiddenCount > 1
      ? [...truncatedBlocks.slice(0, limits.blocks - 1), block.context(md`… and ${hiddenCount} more`)]
      : truncatedBlocks;
  return { text: truncate(text, limits.text), blocks: visibleBlocks };
}

function truncateBlock(block: KnownBlock): KnownBlock {
  switch (block.type) {
    case 'header':
      return { ...block, text: { ...block.text, text: truncate(block.text.text, limits.header) } };
    case 'section':
      return block.text
        ? { ...block, text: { ...block.text, text: truncate(block.text.text, limits.section) } }
        : block;
    default:
      return block;
  }
}
