import type { ExtendResult } from '../../engine/service/cluster-service.ts';
import type { Person } from '../../store/person.ts';
import { extensionHours } from '../notifier/ttl-schedule.ts';
import type { CommandReply, Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { renderUnknownCluster } from './command-replies.ts';
import { formatCode, formatMention, formatTimestamp, md } from './markdown.ts';

/** Asks whether a cluster is still wanted, before its time is over and after. `deletesAt`: when it goes without an answer. */
export function renderExpiryReminder(
  name: string,
  requester: Person,
  expiry: { readonly expiresAt: Date; readonly now: Date; readonly deletesAt?: Date | undefined },
  ids: { readonly extend: string; readonly delete: string },
): Message {
  const { expiresAt, now, deletesAt } = expiry;
  const text =
    expiresAt <= now
      ? md`⏰ ${formatMention(requester)} *${name}* was wanted until ${formatTimestamp(expiresAt)}, and is still there`
      : md`⏰ ${formatMention(requester)} *${name}* is wanted until ${formatTimestamp(expiresAt)}`;
  const noResponseText = deletesAt
    ? md`Without an answer it is deleted: ${formatTimestamp(deletesAt)}`
    : md`Without an answer it stays, and I ask again`;
  return buildMessage(
    text,
    block.section(md`${text}. Is it still needed?`),
    block.actions(
      block.button(ids.extend, `Extend by ${extensionHours} h`, { cluster: name, expiresAt: expiresAt.toISOString() }),
      { ...block.button(ids.delete, 'Delete', { cluster: name }), style: 'danger' },
    ),
    block.context(md`${noResponseText}. ${formatCode(`/kthw status ${name}`)} shows it`),
  );
}

/** What came of Extend: for everybody in the question's place, or why nothing did, for the presser alone. */
export function renderExtensionResult(
  name: string,
  requester: Person,
  extension: ExtendResult,
): Extract<CommandReply, { replaceOriginal?: unknown }> {
  if ('notFound' in extension) return { message: renderUnknownCluster(name) };
  const note = block.context(
    md`${formatCode(`/kthw status ${name}`)} shows it, ${formatCode(`/kthw delete ${name}`)} removes it`,
  );
  if ('alreadyExtendedTo' in extension) {
    const text = md`*${name}* was extended before you, to ${formatTimestamp(extension.alreadyExtendedTo)}; your press changed nothing`;
    return { message: buildMessage(text, block.section(text), note) };
  }
  const text = md`⏰ *${name}* was extended by ${formatMention(requester)}: it is wanted until ${formatTimestamp(extension.expiresAt)}`;
  return { message: buildMessage(text, block.section(text), note), replaceOriginal: 'for-all' };
}
