import type { ExtendResult } from '../../engine/service/cluster-service.ts';
import type { Person } from '../../store/person.ts';
import { extensionHours } from '../notifier/expiry-action.ts';
import type { CommandReply } from '../routing/command.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { renderUnknownCluster } from './cluster-list.ts';
import { renderDenial } from './denial.ts';
import type { ShownCluster } from './follow-up-button.ts';
import { md } from './markdown.ts';

/** TTL reminder, before and after expiry. @param expiry `deletesAt`: when the cluster is deleted without a response */
export function renderExpiryReminder(
  { cluster: name, run }: ShownCluster,
  requester: Person,
  expiry: { readonly expiresAt: Date; readonly now: Date; readonly deletesAt?: Date | undefined },
  ids: { readonly extend: string; readonly delete: string },
): Message {
  const { expiresAt, now, deletesAt } = expiry;
  const text =
    expiresAt <= now
      ? md`⏰ ${md.mention(requester)} *${name}* expired at ${md.timestamp(expiresAt)} but still exists`
      : md`⏰ ${md.mention(requester)} *${name}* expires at ${md.timestamp(expiresAt)}`;
  const noResponseText = deletesAt
    ? md`If nobody responds, it will be deleted at ${md.timestamp(deletesAt)}`
    : md`If nobody responds, it is kept and I'll ask again`;
  return buildMessage(
    text,
    block.section(md`${text}. Is it still needed?`),
    block.actions(
      block.button(ids.extend, `Extend by ${extensionHours} h`, { cluster: name, expiresAt: expiresAt.toISOString() }),
      { ...block.button(ids.delete, 'Delete', { cluster: name, run }), style: 'danger' },
    ),
    block.context(md`${noResponseText} · ${md.code(`/kthw status ${name}`)}`),
  );
}

/** Reply to Extend. An extension replaces the reminder for everyone; any other result is ephemeral. */
export function renderExtensionResult(
  name: string,
  requester: Person,
  extension: ExtendResult,
): Extract<CommandReply, { replaceOriginal?: unknown }> {
  if ('notFound' in extension) return { message: renderUnknownCluster(name) };
  if ('overBudget' in extension) return { message: renderDenial({ reason: 'budget', problem: extension.overBudget }) };
  const note = block.context(md`${md.code(`/kthw status ${name}`)} · ${md.code(`/kthw delete ${name}`)}`);
  if ('alreadyExtendedTo' in extension) {
    const text = md`No action taken: *${name}* now expires at ${md.timestamp(extension.alreadyExtendedTo)}`;
    return { message: buildMessage(text, block.section(text), note) };
  }
  const text = md`⏰ ${md.mention(requester)} extended *${name}*: it now expires at ${md.timestamp(extension.expiresAt)}`;
  return { message: buildMessage(text, block.section(text), note), replaceOriginal: 'for-all' };
}
