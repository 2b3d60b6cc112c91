import { buildMessage, type Message } from './blocks.ts';
import { formatCount } from './count.ts';
import { md } from './markdown.ts';

export function getAuditFileName(cluster: string): string {
  return `${cluster}-audit.jsonl`;
}

/** Comment of the uploaded audit file. */
export function renderAuditFileComment(cluster: string, count: number): Message {
  return buildMessage(
    md`Audit log of *${cluster}*: ${formatCount(count, 'entry', 'entries')}, JSON Lines, oldest first`,
  );
}

/** Reply to `/kthw audit --jsonl`: the file is in a DM. */
export function renderAuditFileSent(cluster: string): Message {
  return buildMessage(
    md`I sent you the audit log of *${cluster}* in a DM. ${md.code(`/kthw audit ${cluster}`)} shows the newest entries here`,
  );
}
