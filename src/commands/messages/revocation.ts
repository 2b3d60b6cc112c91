import type { Grant, Revocation } from '../../engine/service/cluster-service-types.ts';
import type { Person } from '../../store/events.ts';
import type { Message } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { unknownCluster } from './command-replies.ts';
import { code, joined, type Markdown, md, moment, person } from './markdown.ts';

/** What came of revoking kubeconfigs, for whoever asked. */
export function revoked(cluster: string, of: Person, revocation: Revocation): Message {
  if ('unknown' in revocation) return unknownCluster(cluster);
  const { revoked: grants, reached } = revocation;
  const again = md`${code(`/kthw kubeconfig ${cluster}`)} gives a new one, ${code(`/kthw audit ${cluster}`)} shows all`;
  if (grants.length === 0 && reached) {
    const said = md`${person(of)} has no kubeconfig of *${cluster}* that works`;
    return message(said, block.section(said), block.note(again));
  }
  if (reached) {
    const said = md`🔒 ${counted(grants)} of ${person(of)} for *${cluster}* can do nothing any more`;
    return message(said, block.section(joined([said, ...grants.map(line)])), block.note(again));
  }
  const said = md`⚠️ The API of *${cluster}* does not answer, so what was given out there may still work`;
  return message(
    said,
    block.section(
      joined([said, md`It is written down that it is to end, and the next run ends it:`, ...grants.map(line)]),
    ),
    block.note(
      md`${code(`/kthw revoke ${cluster}`)} tries again, ${code(`/kthw status ${cluster}`)} shows the cluster`,
    ),
  );
}

function counted({ length }: readonly Grant[]): string {
  return length === 1 ? 'A kubeconfig' : `${length} kubeconfigs`;
}

function line({ id, issuedAt, endsAt }: Grant): Markdown {
  return md`• ${code(id)} given ${moment(issuedAt)}, valid until ${moment(endsAt)}`;
}
