import type { Grant, RevokeResult } from '../../engine/service/cluster-service.ts';
import type { Person } from '../../store/person.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { renderUnknownCluster } from './command-replies.ts';
import { formatCode, formatMention, formatTimestamp, joinMarkdown, type Markdown, md } from './markdown.ts';

/** What came of revoking kubeconfigs, for whoever asked. */
export function renderRevocation(cluster: string, grantee: Person, revocation: RevokeResult): Message {
  if ('notFound' in revocation) return renderUnknownCluster(cluster);
  const { revoked: grants, isEnforced } = revocation;
  const nextHint = md`${formatCode(`/kthw kubeconfig ${cluster}`)} gives a new one, ${formatCode(`/kthw audit ${cluster}`)} shows all`;
  if (grants.length === 0 && isEnforced) {
    const text = md`${formatMention(grantee)} has no kubeconfig of *${cluster}* that works`;
    return buildMessage(text, block.section(text), block.context(nextHint));
  }
  if (isEnforced) {
    const text = md`🔒 ${formatGrantCount(grants)} of ${formatMention(grantee)} for *${cluster}* can do nothing any more`;
    return buildMessage(text, block.section(joinMarkdown([text, ...grants.map(formatGrant)])), block.context(nextHint));
  }
  const text = md`⚠️ The API of *${cluster}* does not answer, so what was given out there may still work`;
  return buildMessage(
    text,
    block.section(
      joinMarkdown([
        text,
        md`It is written down that it is to end, and the next run ends it:`,
        ...grants.map(formatGrant),
      ]),
    ),
    block.context(
      md`${formatCode(`/kthw revoke ${cluster}`)} tries again, ${formatCode(`/kthw status ${cluster}`)} shows the cluster`,
    ),
  );
}

function formatGrantCount({ length }: readonly Grant[]): string {
  return length === 1 ? 'A kubeconfig' : `${length} kubeconfigs`;
}

function formatGrant({ id, issuedAt, expiresAt }: Grant): Markdown {
  return md`• ${formatCode(id)} given ${formatTimestamp(issuedAt)}, valid until ${formatTimestamp(expiresAt)}`;
}
