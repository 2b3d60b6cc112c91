import type { KnownBlock } from '@slack/types';
import type { Message } from '../routing/command.ts';

/** What Slack takes at most, in characters and items. From its Block Kit reference and `chat.update`'s page. */
export const limits = {
  blocks: 50,
  section: 3_000,
  header: 150,
  context: 3_000,
  text: 4_000,
  buttonText: 75,
  buttonValue: 2_000,
} as const;

/** The message within Slack's limits: what is too long is cut and says so. */
export function truncateToLimits({ text, blocks }: Message): Message {
  const truncatedBlocks = blocks.map(truncateBlock);
  const hiddenCount = truncatedBlocks.length - limits.blocks + 1;
  const visibleBlocks =
    hiddenCount > 1
      ? [...truncatedBlocks.slice(0, limits.blocks - 1), buildContextBlock(`… and ${hiddenCount} more`)]
      : truncatedBlocks;
  return { text: truncate(text, limits.text), blocks: visibleBlocks };
}

/** Cuts at a blank where there is one near, and never inside an entity, a mention or a date. */
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
