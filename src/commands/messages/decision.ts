import type { Decision } from '../../engine/service/cluster-service.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatCode, formatMention, formatTimestamp, type Markdown, md } from './markdown.ts';

/** What came of a press, for whoever pressed. What everybody sees, the run's thread shows by itself. */
export function renderDecision(
  decision: Decision,
  cluster: string | undefined,
): { readonly message: Message; readonly replaceOriginal?: boolean } {
  const status = cluster === undefined ? formatCode('/kthw list') : formatCode(`/kthw status ${cluster}`);
  if ('decided' in decision) {
    const isApproved = decision.decided === 'approved';
    const text = isApproved ? md`👍 Your yes counts: it is being done` : md`👎 Your no counts: nothing is taken away`;
    return { message: renderReply(text, md`${status} shows how it goes on`), replaceOriginal: true };
  }
  if ('alreadyDecided' in decision) {
    const decisionVerb = decision.alreadyDecided === 'approved' ? 'approved' : 'refused';
    const text = md`${formatMention(decision.decidedBy)} ${decisionVerb} it before you, ${formatTimestamp(decision.decidedAt)}; your press changed nothing`;
    return { message: renderReply(text, md`${status} shows how it goes on`) };
  }
  return {
    message: renderReply(
      md`${invalidReasonTexts[decision.invalidReason]}; your press changed nothing`,
      formatNextAction(decision.invalidReason, cluster, status),
    ),
  };
}

const invalidReasonTexts: Readonly<Record<Extract<Decision, { invalidReason: string }>['invalidReason'], string>> = {
  expired: 'Nobody answered this in time',
  superseded: 'Things have changed since this was asked; the newest question counts',
  over: 'This run is over',
  unknown: 'This was never asked',
};

function formatNextAction(reason: string, cluster: string | undefined, status: Markdown): Markdown {
  if (cluster !== undefined && (reason === 'expired' || reason === 'over')) {
    return md`${formatCode(`/kthw resume ${cluster}`)} asks again, ${status} shows the cluster`;
  }
  return md`${status} shows what is asked now`;
}

function renderReply(text: Markdown, nextAction: Markdown): Message {
  return buildMessage(text, block.section(text), block.context(nextAction));
}
