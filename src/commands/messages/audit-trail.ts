import type { AuditEntry } from '../../engine/service/cluster-service.ts';
import type { Grant } from '../../engine/service/kubeconfigs/kubeconfig-service.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatCount } from './count.ts';
import { formatDuration } from './duration.ts';
import { truncate } from './limits.ts';
import { type Markdown, md } from './markdown.ts';

/** Newest entries shown in Slack; the JSON Lines file has all of them. */
const maxLines = 40;
const maxLineLength = 300;
/** Each grant takes one of the 50 blocks of a message. */
const maxGrants = 10;

/** Newest audit entries of a cluster, oldest first, and its valid kubeconfigs with a Revoke button each. */
export function renderAuditTrail(
  cluster: string,
  entries: readonly AuditEntry[],
  grants: readonly Grant[] = [],
  revokeId = '',
): Message {
  const visibleEntries = entries.slice(-maxLines);
  const hiddenCount = entries.length - visibleEntries.length;
  const hiddenText =
    hiddenCount > 0 ? ` (${formatCount(hiddenCount, 'earlier entry', 'earlier entries')} in the file)` : '';
  const head = md`*${cluster}* · audit log, newest last${hiddenText}`;
  const lines = entries.length === 0 ? [md`No entries yet.`] : visibleEntries.map(formatAuditEntry);
  return buildMessage(
    md`${cluster}: audit log, ${formatCount(entries.length, 'entry', 'entries')}`,
    ...block.sections([head, ...lines]),
    ...grants.slice(-maxGrants).map((grant) => buildGrantRow(cluster, grant, revokeId)),
    block.context(
      md`${md.code(`/kthw audit ${cluster} --jsonl`)} sends the full log as a file · ${md.code(`/kthw status ${cluster}`)}`,
    ),
  );
}

function buildGrantRow(cluster: string, { id, grantee, role, expiresAt }: Grant, revokeId: string) {
  const text = md`🔑 ${md.mention(grantee)} · kubeconfig ${md.code(id)} with role ${md.code(role)}, valid until ${md.timestamp(expiresAt)}`;
  return block.sectionWithButton(text, block.button(revokeId, 'Revoke', { cluster, ...grantee, grant: id }));
}

/** JSON Lines: one object per entry, oldest first. */
export function formatAuditJsonl(cluster: string, entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify({ cluster, ...entry })}\n`).join('');
}

function formatAuditEntry({ at, actor, description, durationMs, outcome }: AuditEntry): Markdown {
  const outcomeParts = outcome ? [md`${outcome}`] : [];
  const durationParts = durationMs === undefined ? [] : [md`${formatDuration(durationMs)}`];
  const text = actor
    ? md`${md.mention(actor)} ${truncate(description, maxLineLength)}`
    : md`${truncate(description, maxLineLength)}`;
  return md`• ${md.timestamp(at)} · ${md.join([text, ...outcomeParts, ...durationParts], ' · ')}`;
}
