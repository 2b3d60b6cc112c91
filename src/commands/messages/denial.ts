import type { ModalView } from '@slack/types';
import type { Denial } from '../authorization/find-denial.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { formatCount } from './count.ts';
import { joinMarkdown, type Markdown, md } from './markdown.ts';
import { formatChannelLink, formatMentions } from './mention.ts';

/** Why a request was denied, and who can make it. */
export function renderDenial(denial: Denial): Message {
  const text = formatDenialReason(denial);
  return buildMessage(
    md`🚫 ${text}. Nothing was changed`,
    block.section(md`🚫 ${text}.`),
    block.context(formatNextAction(denial)),
  );
}

/** Replaces a modal that the user isn't allowed to submit. */
export function renderDenialModal(denial: Denial): ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'Not allowed' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...renderDenial(denial).blocks],
  };
}

function formatDenialReason(denial: Denial): Markdown {
  switch (denial.reason) {
    case 'channel':
      return md`kthw is not enabled in this channel`;
    case 'not-a-creator':
      return md`You have read-only access`;
    case 'not-an-approver':
      return md`You're not an approver for this request`;
    case 'not-yours':
      return md`You can only revoke your own kubeconfigs`;
    case 'own-request':
      return md`You can't approve your own request`;
    case 'too-many':
      return md`This deletes ${formatCount(denial.deletionCount, 'instance')}; the limit is ${denial.limit} per run`;
    case 'unreadable':
      return md`Can't read the members of ${formatMentions([denial])}, so the request was denied`;
    default:
      return denial satisfies never;
  }
}

function formatNextAction(denial: Denial): Markdown {
  const unchangedNotice = md`Nothing was changed.`;
  switch (denial.reason) {
    case 'channel':
      return denial.allowedChannels.length > 0
        ? md`${unchangedNotice} Try again in ${joinMarkdown(denial.allowedChannels.map(formatChannelLink), ', ')}`
        : unchangedNotice;
    case 'not-a-creator':
      return md`${unchangedNotice} ${formatMentions(denial.allowed)} can create and change clusters; everyone can use ${formatCode('/kthw list')} and ${formatCode('/kthw status')}`;
    case 'not-yours':
      return md`${unchangedNotice} ${formatMentions(denial.allowed)} can revoke it; ${formatCode('/kthw revoke')} revokes your own`;
    case 'not-an-approver':
    case 'own-request':
      return md`${unchangedNotice} ${formatMentions(denial.allowed)} can approve it here, in the thread or with ${formatCode('/kthw status')}`;
    case 'too-many':
      return md`${unchangedNotice} Delete fewer at a time, or ask an administrator to raise ${formatCode('KTHW_MAX_DELETIONS')}`;
    case 'unreadable':
      return md`${unchangedNotice} Try again in a minute. If it fails again, the app is missing scope ${formatCode('usergroups:read')} or the group was deleted`;
    default:
      return denial satisfies never;
  }
}
