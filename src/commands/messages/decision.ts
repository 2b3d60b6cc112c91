import type { Decision } from '../../engine/service/cluster-service.ts';
import { buildReply, type Message } from './blocks.ts';
import { type Markdown, md } from './markdown.ts';

/** Ephemeral reply to Approve or Reject; the run's thread shows the decision to everyone. */
export function renderDecision(
  decision: Decision,
  cluster: string | undefined,
): { readonly message: Message; readonly replaceOriginal?: boolean } {
  const statusCommand = md.code(cluster === undefined ? '/kthw list' : `/kthw status ${cluster}`);
  const progressHint = md`${statusCommand} shows the progress`;
  if ('decided' in decision) {
    const isApproved = decision.decided === 'approved';
    const text = isApproved ? md`👍 Approved; starting now` : md`👎 Rejected; nothing was changed`;
    return { message: buildReply(text, progressHint), replaceOriginal: true };
  }
  if ('alreadyDecided' in decision) {
    const verb = decision.alreadyDecided === 'approved' ? 'approved' : 'rejected';
    const text = md`Already ${verb} by ${md.mention(decision.decidedBy)} at ${md.timestamp(decision.decidedAt)}. No action taken.`;
    return { message: buildReply(text, progressHint) };
  }
  return {
    message: buildReply(
      md`${invalidReasonTexts[decision.invalidReason]}. No action taken.`,
      formatNextAction(decision.invalidReason, cluster, statusCommand),
    ),
  };
}

const invalidReasonTexts: Readonly<Record<Extract<Decision, { invalidReason: string }>['invalidReason'], string>> = {
  expired: 'This approval request expired',
  superseded: 'The plan changed; see the latest approval request',
  over: 'This run has ended',
  unknown: 'This approval request no longer exists',
};

function formatNextAction(reason: string, cluster: string | undefined, statusCommand: Markdown): Markdown {
  if (cluster !== undefined && (reason === 'expired' || reason === 'over')) {
    return md`${md.code(`/kthw resume ${cluster}`)} requests approval again · ${statusCommand}`;
  }
  return md`${statusCommand} shows pending approvals`;
}
