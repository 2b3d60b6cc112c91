import type { MissingPart } from '../../engine/diagnostics/find-missing-parts.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatCount } from './count.ts';
import { type Markdown, md } from './markdown.ts';

/** Adds what a cluster lacks below the header of its status. */
export function addMissingParts(message: Message, parts: readonly MissingPart[]): Message {
  if (parts.length === 0) return message;
  const [header, ...rest] = message.blocks;
  return {
    text: `${message.text}; ${formatCount(parts.length, 'problem')}`,
    blocks: [...(header ? [header] : []), ...block.sections(parts.map(formatMissingPart)), ...rest],
  };
}

/** Ephemeral reply to a request that starts no run, although the cluster lacks something. */
export function renderMissingParts(name: string, parts: readonly MissingPart[]): Message {
  return buildMessage(
    md`${name} was set up completely, but has ${formatCount(parts.length, 'problem')}`,
    block.section(md`*${name}* was set up completely, but something changed since:`),
    ...block.sections(parts.map(formatMissingPart)),
    block.context(md`${md.code(`/kthw status ${name}`)} checks again`),
  );
}

function formatMissingPart({ problem, repair }: MissingPart): Markdown {
  return md`⚠️ ${problem} · repair: ${md.code(repair)}`;
}
