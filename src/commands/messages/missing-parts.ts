import type { MissingPart } from '../../engine/diagnostics/find-missing-parts.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatCount } from './count.ts';
import { type Markdown, md } from './markdown.ts';

/** Adds what a cluster lacks below the first block of a message. */
export function addMissingParts(message: Message, parts: readonly MissingPart[]): Message {
  if (parts.length === 0) return message;
  const [header, ...rest] = message.blocks;
  return {
    text: `${message.text}; ${formatCount(parts.length, 'problem')}`,
    blocks: [...(header ? [header] : []), ...block.sections(parts.map(formatMissingPart)), ...rest],
  };
}

/**
 * Ephemeral reply to a request that starts no run, although the cluster lacks something.
 * @param reason there is nothing to do, or the operation can't succeed without the missing parts
 */
export function renderMissingParts(
  name: string,
  parts: readonly MissingPart[],
  reason: 'complete' | 'refused' = 'complete',
): Message {
  const problems = formatCount(parts.length, 'problem');
  return buildMessage(
    reason === 'refused'
      ? md`Not started: ${name} has ${problems}`
      : md`${name} was set up completely, but has ${problems}`,
    block.section(
      reason === 'refused'
        ? md`Not started, because *${name}* has ${problems} to repair first:`
        : md`*${name}* was set up completely, but something changed since:`,
    ),
    ...block.sections(parts.map(formatMissingPart)),
    block.context(md`${md.code(`/kthw status ${name}`)} checks again`),
  );
}

function formatMissingPart({ problem, repair }: MissingPart): Markdown {
  return md`⚠️ ${problem} · ${repair.startsWith('/kthw doctor') ? 'cause' : 'repair'}: ${md.code(repair)}`;
}
