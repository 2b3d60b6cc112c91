import type { ClusterStatus, RunView } from '../../engine/service/cluster-service.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatCount, formatNodeCounts } from './count.ts';
import { describeClusterStatus } from './describe-status.ts';
import { buildFollowUpButton } from './follow-up-button.ts';
import { type Markdown, md } from './markdown.ts';

/** With more clusters, a block each would exceed the 50 blocks of a message. */
const maxButtons = 40;
const maxSpokenNames = 20;

/** All clusters, one line each. */
export function renderClusterList(all: readonly ClusterStatus[]): Message {
  if (all.length === 0) return buildMessage(md`No clusters yet. ${md.code('/kthw create demo')} creates one`);
  const spokenNames = all.slice(0, maxSpokenNames).map((one) => md`${one.name} ${describeClusterStatus(one).label}`);
  const rows =
    all.length > maxButtons
      ? block.sections(all.map(formatClusterLine))
      : all.map((one) => block.sectionWithButton(formatClusterLine(one), buildFollowUpButton(one.name, 'status')));
  const hiddenCount = all.length - spokenNames.length;
  return buildMessage(
    md`${formatCount(all.length, 'cluster')}: ${md.join(spokenNames, ', ')}${hiddenCount > 0 ? ` and ${hiddenCount} more` : ''}`,
    ...rows,
  );
}

function formatClusterLine(cluster: ClusterStatus): Markdown {
  const { name, record, latestRun } = cluster;
  const { icon, label } = describeClusterStatus(cluster);
  const progressText = latestRun && !latestRun.outcome ? `, ${formatPhaseProgress(latestRun)}` : '';
  return md`${icon} *${name}* · ${label}${progressText} · ${formatNodeCounts(record.spec)} · ${record.spec.zone} · ${md.mention(record.createdBy)}`;
}

function formatPhaseProgress({ operation, phases }: RunView): string {
  return `${operation} ${phases.filter(({ state }) => state === 'done').length}/${formatCount(phases.length, 'phase')}`;
}

export function renderUnknownCluster(name: string): Message {
  return buildMessage(md`Cluster ${md.code(name)} not found. ${md.code('/kthw list')} shows all clusters`);
}
