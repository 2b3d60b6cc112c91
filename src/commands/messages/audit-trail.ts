import type { AuditEntry, Grant } from '../../engine/service/cluster-service-types.ts';
import type { Message } from '../routing/command.ts';
import { block, message, sections } from './blocks.ts';
import { duration } from './duration.ts';
import { cut } from './limits.ts';
import { code, joined, type Markdown, md, moment, person } from './markdown.ts';

/** A message can be read to its end; the rest is in the file. */
const mostLines = 40;
const widest = 300;
/** Each takes a block, of which a message has 50. */
const mostGrants = 10;

/** What happened to a cluster, newest last. Times and names are Slack's own, so each reader sees theirs. */
export function auditTrail(
  cluster: string,
  entries: readonly AuditEntry[],
  grants: readonly Grant[] = [],
  revokeId = '',
): Message {
  const shown = entries.slice(-mostLines);
  const left = entries.length - shown.length;
  const head = md`*${cluster}* · what happened, newest last${left > 0 ? ` (${left} earlier ones are in the file)` : ''}`;
  return message(
    md`${cluster}: what happened, ${entries.length} entries`,
    ...sections([head, ...shown.map(line)]),
    ...grants.slice(-mostGrants).map((grant) => working(cluster, grant, revokeId)),
    block.note(
      md`${code(`/kthw audit ${cluster} --jsonl`)} sends you all of it, ${code(`/kthw status ${cluster}`)} shows how it stands`,
    ),
  );
}

/** A kubeconfig that works now, with a way to end it. */
function working(cluster: string, { id, to, endsAt }: Grant, revokeId: string) {
  const said = md`🔑 ${person(to)} · kubeconfig ${code(id)} works until ${moment(endsAt)}`;
  return block.row(said, block.button(revokeId, 'Revoke', { cluster, ...to, grant: id }));
}

/** All of it, for a program: one JSON object a line, oldest first. */
export function auditLines(cluster: string, entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify({ cluster, ...entry })}\n`).join('');
}

export function auditFile(cluster: string): string {
  return `${cluster}-audit.jsonl`;
}

/** Goes with the file. */
export function auditNote(cluster: string, count: number): Message {
  return message(md`What happened to *${cluster}*: ${count} entries, one JSON object a line, oldest first`);
}

/** In the channel, to the asker alone: where the file went. */
export function auditSent(cluster: string): Message {
  return message(
    md`What happened to *${cluster}* is in your direct messages with me. ${code(`/kthw audit ${cluster}`)} shows the newest here`,
  );
}

function line({ at, by, what, durationMs, outcome }: AuditEntry): Markdown {
  const ended = outcome ? [md`${outcome}`] : [];
  const took = durationMs === undefined ? [] : [md`${duration(durationMs)}`];
  const said = by ? md`${person(by)} ${cut(what, widest)}` : md`${cut(what, widest)}`;
  return md`• ${moment(at)} · ${joined([said, ...ended, ...took], ' · ')}`;
}
