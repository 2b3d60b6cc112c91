import type { KnownBlock } from '@slack/types';
import type { Message } from '../routing/command.ts';

/** Slack's limits in characters and items. Sources: Block Kit reference, `chat.update` reference. */
export const limits = {
  blocks: 50,
  section: 3_000,
  header: 150,
  context: 3_000,
  text: 4_000,
  buttonText: 75,
  buttonValue: 2_000,
} as const;

/** Truncates texts and drops blocks over Slack's limits; the last block then counts the dropped ones. */
export function truncateToLimits({ text, blocks }: Message): Message {
  const truncatedBlocks = blocks.map(truncateBlock);
  const hiddenCount = truncatedBlocks.length - limits.blocks + 1;
  const visibleBlocks =
    hiddenCount > 1
      ? [...truncatedBlocks.slice(0, limits.blocks - 1), buildContextBlock(`… and ${hiddenCount} more`)]
      : truncatedBlocks;
  return { text: truncate(text, limits.text), blocks: visibleBlocks };
}

/** Cuts at a space if possible, and never inside an entity, a mention or a date. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, limit - 2);
  const lastSpace = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\n'));
  const whole = (lastSpace > limit / 2 ? head.slice(0, lastSpace) : head).replace(/<[^>]*$|&[^;\s]*$/, '');
  return `${whole.trimEnd()} …`;
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

function buildContextBlock(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text }] };
}
