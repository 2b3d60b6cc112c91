import type { KnownBlock } from '@slack/types';
import type { ClusterStatus, RunView } from '../../engine/service/cluster-service.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { buildFollowUpButton } from './follow-up-button.ts';
import { formatCode, formatMention, formatTimestamp, joinMarkdown, type Markdown, md } from './markdown.ts';
import { formatPhaseLines } from './phase-line.ts';
import { renderProgressBar } from './progress-bar.ts';
import { clusterIcons, describeRunStatus, formatClusterState, isStopped } from './run-status.ts';
import { findApiServerAddress, formatNextCommands } from './run-summary.ts';

/** A block each for more of them would be more than a message holds. */
const maxButtons = 40;
const maxSpokenNames = 20;

/** One cluster: what it is, where its newest run stands, and what that asks. `picture`: one follows. */
export function renderStatus(
  { name, record, latestRun }: ClusterStatus,
  pendingBlocks: readonly KnownBlock[] = [],
  hasChart = false,
): Message {
  const isAwaitingApproval = pendingBlocks.length > 0;
  const { spec } = record;
  const icon = clusterIcons[record.state];
  const address = findApiServerAddress(record.outputs);
  const detailLines = [
    md`Kubernetes ${spec.version} · ${formatNodeCounts(record)} · ${spec.machineType} · ${spec.zone}`,
    md`asked for by ${formatMention(record.createdBy)}, ${formatTimestamp(new Date(record.createdAt))}`,
    ...(record.expiresAt && record.state !== 'deleted'
      ? [md`wanted until ${formatTimestamp(new Date(record.expiresAt))}`]
      : []),
    ...(address && record.state !== 'deleted' ? [md`API server: ${formatCode(`https://${address}:6443`)}`] : []),
  ];
  return buildMessage(
    md`${icon} ${name}: ${formatClusterState(record.state)}${latestRun ? `; ${latestRun.operation}: ${describeRunStatus(latestRun, isAwaitingApproval).label}` : ''}`,
    block.header(`${icon} ${name} · ${formatClusterState(record.state)}`),
    block.section(joinMarkdown(detailLines)),
    ...pendingBlocks,
    ...(latestRun ? buildRunBlocks(latestRun, isAwaitingApproval) : []),
    ...(hasChart ? [block.context(md`A picture of its machines follows in your direct messages with me`)] : []),
    block.actions(
      ...(latestRun && isStopped(latestRun) ? [buildFollowUpButton(name, 'resume')] : []),
      buildFollowUpButton(name, 'audit'),
    ),
  );
}

/** Every cluster in a line. */
export function renderClusterList(all: readonly ClusterStatus[]): Message {
  if (all.length === 0) return buildMessage(md`There is no cluster yet. ${formatCode('/kthw create demo')} builds one`);
  const countText = md`${all.length} cluster${all.length === 1 ? '' : 's'}`;
  const spokenNames = all
    .slice(0, maxSpokenNames)
    .map(({ name, record }) => md`${name} ${formatClusterState(record.state)}`);
  const rows =
    all.length > maxButtons
      ? buildSections(all.map(formatClusterLine))
      : all.map((one) => block.sectionWithButton(formatClusterLine(one), buildFollowUpButton(one.name, 'status')));
  return buildMessage(
    md`${countText}: ${joinMarkdown(spokenNames, ', ')}${all.length > maxSpokenNames ? ' and others' : ''}`,
    ...rows,
  );
}

function buildRunBlocks(view: RunView, isAwaitingApproval: boolean) {
  const { icon, label } = describeRunStatus(view, isAwaitingApproval);
  const problemLines = view.problems
    .slice(0, 10)
    .map(({ step, error }) => md`• ${view.steps[step]?.title ?? step}: ${error?.message ?? 'exists and differs'}`);
  return [
    block.section(
      md`*${view.operation}* ${icon} ${label} · ${formatMention(view.requester)}, ${formatTimestamp(view.startedAt)}`,
    ),
    block.section(renderProgressBar(view, isAwaitingApproval)),
    // One that made it is told by its bar.
    ...(view.outcome === 'succeeded' && problemLines.length === 0 ? [] : buildSections(formatPhaseLines(view))),
    ...buildSections(problemLines),
    block.context(
      isAwaitingApproval ? md`${formatCode(`/kthw cancel ${view.cluster}`)} stops the run` : formatNextCommands(view),
    ),
  ];
}

function formatClusterLine({ name, record, latestRun }: ClusterStatus): Markdown {
  const progressText = latestRun && !latestRun.outcome ? `, ${formatPhaseProgress(latestRun)}` : '';
  return md`${clusterIcons[record.state]} *${name}* · ${formatClusterState(record.state)}${progressText} · ${formatNodeCounts(record)} · ${record.spec.zone} · ${formatMention(record.createdBy)}`;
}

function formatPhaseProgress({ operation, phases }: RunView): string {
  return `${operation} ${phases.filter((p) => p.state === 'done').length}/${phases.length}`;
}

function formatNodeCounts({ spec }: ClusterStatus['record']): string {
  return `${spec.controllers}+${spec.workers} machines`;
}
