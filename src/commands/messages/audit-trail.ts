import type { AuditEntry, Grant } from '../../engine/service/cluster-service.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { truncate } from './limits.ts';
import { formatCode, formatMention, formatTimestamp, joinMarkdown, type Markdown, md } from './markdown.ts';

/** A message can be read to its end; the rest is in the file. */
const maxLines = 40;
const maxLineLength = 300;
/** Each takes a block, of which a message has 50. */
const maxGrants = 10;

/** What happened to a cluster, newest last. Times and names are Slack's own, so each reader sees theirs. */
export function renderAuditTrail(
  cluster: string,
  entries: readonly AuditEntry[],
  grants: readonly Grant[] = [],
  revokeId = '',
): Message {
  const visibleEntries = entries.slice(-maxLines);
  const hiddenCount = entries.length - visibleEntries.length;
  const head = md`*${cluster}* · what happened, newest last${hiddenCount > 0 ? ` (${hiddenCount} earlier ones are in the file)` : ''}`;
  return buildMessage(
    md`${cluster}: what happened, ${entries.length} entries`,
    ...buildSections([head, ...visibleEntries.map(formatAuditEntry)]),
    ...grants.slice(-maxGrants).map((grant) => buildGrantRow(cluster, grant, revokeId)),
    block.context(
      md`${formatCode(`/kthw audit ${cluster} --jsonl`)} sends you all of it, ${formatCode(`/kthw status ${cluster}`)} shows how it stands`,
    ),
  );
}

/** A kubeconfig that works now, with a way to end it. */
function buildGrantRow(cluster: string, { id, grantee, expiresAt }: Grant, revokeId: string) {
  const text = md`🔑 ${formatMention(grantee)} · kubeconfig ${formatCode(id)} works until ${formatTimestamp(expiresAt)}`;
  return block.sectionWithButton(text, block.button(revokeId, 'Revoke', { cluster, ...grantee, grant: id }));
}

/** All of it, for a program: one JSON object a line, oldest first. */
export function formatAuditJsonl(cluster: string, entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify({ cluster, ...entry })}\n`).join('');
}

export function getAuditFileName(cluster: string): string {
  return `${cluster}-audit.jsonl`;
}

/** Goes with the file. */
export function renderAuditFileComment(cluster: string, count: number): Message {
  return buildMessage(md`What happened to *${cluster}*: ${count} entries, one JSON object a line, oldest first`);
}

/** In the channel, to the asker alone: where the file went. */
export function renderAuditSent(cluster: string): Message {
  return buildMessage(
    md`What happened to *${cluster}* is in your direct messages with me. ${formatCode(`/kthw audit ${cluster}`)} shows the newest here`,
  );
}

function formatAuditEntry({ at, actor, description, durationMs, outcome }: AuditEntry): Markdown {
  const outcomeParts = outcome ? [md`${outcome}`] : [];
  const durationParts = durationMs === undefined ? [] : [md`${formatDuration(durationMs)}`];
  const text = actor
    ? md`${formatMention(actor)} ${truncate(description, maxLineLength)}`
    : md`${truncate(description, maxLineLength)}`;
  return md`• ${formatTimestamp(at)} · ${joinMarkdown([text, ...outcomeParts, ...durationParts], ' · ')}`;
}
