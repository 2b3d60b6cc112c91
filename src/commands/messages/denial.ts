import type { ModalView } from '@slack/types';
import type { Denial } from '../authorization/find-denial.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatChannelLink, formatCode, formatMentions, joinMarkdown, type Markdown, md } from './markdown.ts';

/** Why somebody may not do what they asked for, and who may. Nothing was changed. */
export function renderDenial(denial: Denial): Message {
  const text = formatDenialReason(denial);
  return buildMessage(
    md`🚫 ${text}. Nothing was changed`,
    block.section(md`🚫 ${text}.`),
    block.context(formatNextAction(denial)),
  );
}

/** The same in the place of a modal that was to be filled in. */
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
      return md`I don’t listen in this channel`;
    case 'not-a-creator':
      return md`You may look at clusters, but not make or change them`;
    case 'not-an-approver':
      return md`You are not among those who may answer this`;
    case 'not-yours':
      return md`You may end your own kubeconfigs, not those of others`;
    case 'own-request':
      return md`You asked for this yourself, so somebody else has to approve it`;
    case 'too-many':
      return md`This takes ${denial.deletionCount} machines away, and one run may take ${denial.limit} at most`;
    case 'unreadable':
      return md`I can’t read who is in ${formatMentions([denial])} just now, so I refuse rather than guess`;
    default:
      return denial satisfies never;
  }
}

function formatNextAction(denial: Denial): Markdown {
  const unchangedNotice = md`Nothing was changed.`;
  switch (denial.reason) {
    case 'channel':
      return denial.allowedChannels.length > 0
        ? md`${unchangedNotice} Ask again in ${joinMarkdown(denial.allowedChannels.map(formatChannelLink), ', ')}`
        : unchangedNotice;
    case 'not-a-creator':
      return md`${unchangedNotice} ${formatMentions(denial.allowed)} may; ${formatCode('/kthw list')} and ${formatCode('/kthw status NAME')} are for everybody`;
    case 'not-yours':
      return md`${unchangedNotice} ${formatMentions(denial.allowed)} may; ${formatCode('/kthw revoke NAME')} ends your own`;
    case 'not-an-approver':
    case 'own-request':
      return md`${unchangedNotice} ${formatMentions(denial.allowed)} may; ${formatCode('/kthw status NAME')} shows them the question`;
    case 'too-many':
      return md`${unchangedNotice} Do it in smaller parts; whoever runs kthw can raise the limit (${formatCode('KTHW_MAX_DELETIONS')})`;
    case 'unreadable':
      return md`${unchangedNotice} Try again in a minute; if it stays so, I lack the scope ${formatCode('usergroups:read')} or the group is gone`;
    default:
      return denial satisfies never;
  }
}
