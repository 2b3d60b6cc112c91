import type { KnownBlock } from '@slack/types';
import type { ClusterStatus, RunView } from '../../engine/service/cluster-service.ts';
import type { Message } from '../routing/command.ts';
import { formatApiServerUrl } from './api-server-url.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { formatCode } from './code.ts';
import { describeClusterStatus, describeRunStatus } from './describe-status.ts';
import { buildFollowUpButton } from './follow-up-button.ts';
import { joinMarkdown, type Markdown, md } from './markdown.ts';
import { formatMention } from './mention.ts';
import { formatNextCommands } from './next-commands.ts';
import { formatNodeCounts } from './node-counts.ts';
import { formatPhaseLines } from './phase-line.ts';
import { formatProblemLines } from './problem-lines.ts';
import { formatProgressBar } from './progress-bar.ts';
import { canResume } from './run-status.ts';
import { formatTimestamp } from './timestamp.ts';

/** Status of a cluster and its latest run. @param pendingBlocks open approval or pause @param hasChart a cluster map follows in a DM */
export function renderStatus(
  status: ClusterStatus,
  pendingBlocks: readonly KnownBlock[] = [],
  hasChart = false,
): Message {
  const { name, record, latestRun } = status;
  const isAwaitingApproval = pendingBlocks.length > 0;
  const { icon, label } = describeClusterStatus(status);
  const runText = latestRun
    ? `; ${latestRun.operation}: ${describeRunStatus(latestRun, isAwaitingApproval).label}`
    : '';
  return buildMessage(
    md`${icon} ${name}: ${label}${runText}`,
    block.header(`${icon} ${name} · ${label}`),
    block.section(joinMarkdown(formatDetailLines(record))),
    ...pendingBlocks,
    ...(latestRun ? buildRunBlocks(latestRun, isAwaitingApproval) : []),
    ...(hasChart ? [block.context(md`I'll send you a cluster map in a DM`)] : []),
    block.actions(
      ...(latestRun && canResume(latestRun) ? [buildFollowUpButton(name, 'resume')] : []),
      buildFollowUpButton(name, 'audit'),
    ),
  );
}

function formatDetailLines({
  spec,
  state,
  createdBy,
  createdAt,
  expiresAt,
  outputs,
}: ClusterStatus['record']): Markdown[] {
  const url = formatApiServerUrl(outputs);
  return [
    md`Kubernetes ${spec.version} · ${formatNodeCounts(spec)} · ${spec.machineType} · ${spec.zone}`,
    md`Requested by ${formatMention(createdBy)} ${formatTimestamp(new Date(createdAt))}`,
    ...(expiresAt && state !== 'deleted' ? [md`Expires ${formatTimestamp(new Date(expiresAt))}`] : []),
    ...(url && state !== 'deleted' ? [md`API server: ${url}`] : []),
  ];
}

function buildRunBlocks(view: RunView, isAwaitingApproval: boolean): KnownBlock[] {
  const { icon, label } = describeRunStatus(view, isAwaitingApproval);
  const problemLines = formatProblemLines(view);
  const isDone = view.outcome === 'succeeded' && problemLines.length === 0;
  return [
    block.section(
      md`*${view.operation}* ${icon} ${label} · ${formatMention(view.requester)} ${formatTimestamp(view.startedAt)}`,
    ),
    block.section(formatProgressBar(view, isAwaitingApproval)),
    ...(isDone ? [] : buildSections(formatPhaseLines(view))),
    ...buildSections(problemLines),
    block.context(
      isAwaitingApproval ? md`${formatCode(`/kthw cancel ${view.cluster}`)} cancels the run` : formatNextCommands(view),
    ),
  ];
}
