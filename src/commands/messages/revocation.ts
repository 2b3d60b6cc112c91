import type { Grant, RevokeResult } from '../../engine/service/kubeconfigs/kubeconfig-service.ts';
import type { Person } from '../../store/person.ts';
import { block, buildMessage, buildReply, type Message } from './blocks.ts';
import { renderUnknownCluster } from './cluster-list.ts';
import { formatCount } from './count.ts';
import { type Markdown, md } from './markdown.ts';

/** Ephemeral reply to a revocation of a user's kubeconfigs. */
export function renderRevocation(cluster: string, grantee: Person, revocation: RevokeResult): Message {
  if ('notFound' in revocation) return renderUnknownCluster(cluster);
  const { revoked: grants, isEnforced } = revocation;
  const nextHint = md`${md.code(`/kthw kubeconfig ${cluster}`)} issues a new one · ${md.code(`/kthw audit ${cluster}`)} lists all`;
  if (grants.length === 0 && isEnforced) {
    const text = md`${md.mention(grantee)} has no valid kubeconfig for *${cluster}*`;
    return buildReply(text, nextHint);
  }
  if (isEnforced) {
    const text = md`🔒 ${formatCount(grants.length, 'kubeconfig')} of ${md.mention(grantee)} for *${cluster}* ${grants.length === 1 ? 'was' : 'were'} revoked`;
    return buildMessage(text, block.section(md.join([text, ...grants.map(formatGrant)])), block.context(nextHint));
  }
  const text = md`⚠️ The API server of *${cluster}* is unreachable, so these kubeconfigs may still be valid`;
  return buildMessage(
    text,
    block.section(md.join([text, md`Revocation is queued and applied by the next run:`, ...grants.map(formatGrant)])),
    block.context(md`${md.code(`/kthw revoke ${cluster}`)} tries again · ${md.code(`/kthw status ${cluster}`)}`),
  );
}

function formatGrant({ id, role, issuedAt, expiresAt }: Grant): Markdown {
  return md`• ${md.code(id)} with role ${md.code(role)}, issued ${md.timestamp(issuedAt)}, valid until ${md.timestamp(expiresAt)}`;
}
