import type { Grant, RevokeResult } from '../../engine/service/cluster-service.ts';
import type { Person } from '../../store/person.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { formatCount } from './count.ts';
import { joinMarkdown, type Markdown, md } from './markdown.ts';
import { formatMention } from './mention.ts';
import { formatTimestamp } from './timestamp.ts';
import { renderUnknownCluster } from './unknown-cluster.ts';

/** Ephemeral reply to a revocation of a user's kubeconfigs. */
export function renderRevocation(cluster: string, grantee: Person, revocation: RevokeResult): Message {
  if ('notFound' in revocation) return renderUnknownCluster(cluster);
  const { revoked: grants, isEnforced } = revocation;
  const nextHint = md`${formatCode(`/kthw kubeconfig ${cluster}`)} issues a new one · ${formatCode(`/kthw audit ${cluster}`)} lists all`;
  if (grants.length === 0 && isEnforced) {
    const text = md`${formatMention(grantee)} has no valid kubeconfig for *${cluster}*`;
    return buildMessage(text, block.section(text), block.context(nextHint));
  }
  if (isEnforced) {
    const text = md`🔒 ${formatCount(grants.length, 'kubeconfig')} of ${formatMention(grantee)} for *${cluster}* ${grants.length === 1 ? 'was' : 'were'} revoked`;
    return buildMessage(text, block.section(joinMarkdown([text, ...grants.map(formatGrant)])), block.context(nextHint));
  }
  const text = md`⚠️ The API server of *${cluster}* is unreachable, so these kubeconfigs may still be valid`;
  return buildMessage(
    text,
    block.section(
      joinMarkdown([text, md`Revocation is queued and applied by the next run:`, ...grants.map(formatGrant)]),
    ),
    block.context(md`${formatCode(`/kthw revoke ${cluster}`)} tries again · ${formatCode(`/kthw status ${cluster}`)}`),
  );
}

function formatGrant({ id, issuedAt, expiresAt }: Grant): Markdown {
  return md`• ${formatCode(id)} issued ${formatTimestamp(issuedAt)}, valid until ${formatTimestamp(expiresAt)}`;
}
