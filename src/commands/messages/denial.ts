import type { ModalView } from '@slack/types';
import type { Refusal } from '../authorization/policy.ts';
import type { Message } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { channelLink, code, joined, type Markdown, md, named } from './markdown.ts';

/** Why somebody may not do what they asked for, and who may. Nothing was changed. */
export function notAllowed(refusal: Refusal): Message {
  const said = sentence(refusal);
  return message(md`🚫 ${said}. Nothing was changed`, block.section(md`🚫 ${said}.`), block.note(next(refusal)));
}

/** The same in the place of a modal that was to be filled in. */
export function notAllowedModal(refusal: Refusal): ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'Not allowed' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...notAllowed(refusal).blocks],
  };
}

function sentence(refusal: Refusal): Markdown {
  switch (refusal.why) {
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
      return md`This takes ${refusal.takesAway} machines away, and one run may take ${refusal.most} at most`;
    case 'unreadable':
      return md`I can’t read who is in ${named([refusal])} just now, so I refuse rather than guess`;
    default:
      return refusal satisfies never;
  }
}

function next(refusal: Refusal): Markdown {
  const nothing = md`Nothing was changed.`;
  switch (refusal.why) {
    case 'channel':
      return refusal.listens.length > 0
        ? md`${nothing} Ask again in ${joined(refusal.listens.map(channelLink), ', ')}`
        : nothing;
    case 'not-a-creator':
      return md`${nothing} ${named(refusal.may)} may; ${code('/kthw list')} and ${code('/kthw status NAME')} are for everybody`;
    case 'not-yours':
      return md`${nothing} ${named(refusal.may)} may; ${code('/kthw revoke NAME')} ends your own`;
    case 'not-an-approver':
    case 'own-request':
      return md`${nothing} ${named(refusal.may)} may; ${code('/kthw status NAME')} shows them the question`;
    case 'too-many':
      return md`${nothing} Do it in smaller parts; whoever runs kthw can raise the limit (${code('KTHW_MAX_DELETIONS')})`;
    case 'unreadable':
      return md`${nothing} Try again in a minute; if it stays so, I lack the scope ${code('usergroups:read')} or the group is gone`;
    default:
      return refusal satisfies never;
  }
}
