import type { ClusterStatus } from '../../engine/service/cluster-service.ts';
import type { DeletionBlocker } from '../../engine/steps/deletion-blockers.ts';
import { block, buildMessage, buildReply, type Message } from './blocks.ts';
import { formatCount } from './count.ts';
import { md } from './markdown.ts';
import { formatStoppedRun, getStoppedRun } from './stopped-run.ts';

/** Ephemeral confirmation before a delete. @param blockers will make it fail before it deletes anything */
export function renderDeleteConfirmation(
  { name, record: { spec, runs }, latestRun }: Pick<ClusterStatus, 'name' | 'record' | 'latestRun'>,
  ids: { readonly confirm: string; readonly cancel: string },
  blockers: readonly DeletionBlocker[] = [],
): Message {
  const stops = getStoppedRun(latestRun);
  const value = { cluster: name, run: runs.at(-1), ...(stops ? { stops } : {}) };
  const instanceCount = spec.controllers + spec.workers;
  return buildMessage(
    md`Delete ${name}?`,
    block.section(
      md`Delete *${name}*: ${formatCount(instanceCount, 'instance')}, its network, IP addresses, load balancer and keys? This can't be undone.`,
    ),
    ...formatStoppedRun(stops).map(block.section),
    ...block.sections(
      blockers.map(({ description, remedy }) => md`⚠️ Blocked: ${description} · ${md.codeSpans(remedy)}`),
    ),
    block.actions(
      { ...block.button(ids.confirm, 'Delete', value), style: 'danger' },
      block.button(ids.cancel, 'Cancel', value),
    ),
    block.context(
      md`Delete asks you to type the cluster name first · ${md.code(`/kthw status ${name}`)} shows the cluster`,
    ),
  );
}

/** Replaces the confirmation after Cancel. */
export function renderDeleteCancelled(name: string): Message {
  return buildReply(md`*${name}* was not deleted`, md.code(`/kthw status ${name}`));
}

/** Replaces the confirmation while the modal is open. */
export function renderDeleteModalOpened(name: string): Message {
  const text = md`Type the name *${name}* into the dialog to delete it`;
  return buildReply(text, md`Closed it? ${md.code(`/kthw delete ${name}`)} opens it again`);
}
