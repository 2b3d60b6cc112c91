import type { KnownBlock } from '@slack/types';
import type { ClusterStatus, RunView } from '../../engine/service/cluster-service.ts';
import { formatApiServerUrl } from './api-server-url.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { formatNodeCounts } from './count.ts';
import { describeClusterStatus, describeRunStatus } from './describe-status.ts';
import { buildFollowUpButton } from './follow-up-button.ts';
import { type Markdown, md } from './markdown.ts';
import { formatNextCommands } from './next-commands.ts';
import { formatPhaseLines } from './phase-line.ts';
import { formatProblemLines } from './problem-lines.ts';
import { formatProgressBar } from './progress-bar.ts';
import { buildResumeButton } from './resume-button.ts';

/** Status of a cluster and its latest run. @param pendingBlocks open approval or pause @param hasChart a cluster map follows in a DM */
export function renderStatus(
  status: ClusterStatus,
  pendingBlocks: readonly KnownBlock[] = [],
  hasChart = false,
): Message {
  const { name, latestRun, queuedRun } = status;
  const resumableRun = findResumableRun(status);
  // With a queued run, the approval is for that one.
  const isAwaitingApproval = pendingBlocks.length > 0 && queuedRun === undefined;
  const { icon, label } = describeClusterStatus(status);
  const runText = latestRun
    ? `; ${latestRun.operation}: ${describeRunStatus(latestRun, isAwaitingApproval).label}`
    : '';
  return buildMessage(
    md`${icon} ${name}: ${label}${runText}`,
    block.header(`${icon} ${name} · ${label}`),
    block.section(md.join(formatDetailLines(status))),
    ...pendingBlocks,
    ...(latestRun ? buildRunBlocks(latestRun, isAwaitingApproval) : []),
    ...(hasChart ? [block.context(md`I'll send you a cluster map in a DM`)] : []),
    block.actions(...(resumableRun ? [buildResumeButton(resumableRun)] : []), buildFollowUpButton(name, 'audit')),
  );
}

/** The latest run, or the last one that succeeded with deferred steps. None while a run is active. */
function findResumableRun({ latestRun, lastSucceededRun }: ClusterStatus): RunView | undefined {
  if (!latestRun?.outcome) return undefined;
  return [latestRun, lastSucceededRun].find((run) => run?.canResume);
}

function formatDetailLines({ state, record }: ClusterStatus): Markdown[] {
  const { spec, createdBy, createdAt, expiresAt, outputs } = record;
  const url = formatApiServerUrl(outputs);
  return [
    md`Kubernetes ${spec.version} · ${formatNodeCounts(spec)} · ${spec.machineType} · ${spec.zone}`,
    md`Requested by ${md.mention(createdBy)} ${md.timestamp(new Date(createdAt))}`,
    ...(expiresAt && state !== 'deleted' ? [md`Expires ${md.timestamp(new Date(expiresAt))}`] : []),
    ...(url && state !== 'deleted' ? [md`API server: ${url}`] : []),
  ];
}

function buildRunBlocks(view: RunView, isAwaitingApproval: boolean): KnownBlock[] {
  const { icon, label } = describeRunStatus(view, isAwaitingApproval);
  const problemLines = formatProblemLines(view);
  const isDone = view.outcome === 'succeeded' && problemLines.length === 0;
  return [
    block.section(
      md`*${view.operation}* ${icon} ${label} · ${md.mention(view.requester)} ${md.timestamp(view.startedAt)}`,
    ),
    block.section(formatProgressBar(view, isAwaitingApproval)),
    ...(isDone ? [] : block.sections(formatPhaseLines(view))),
    ...block.sections(problemLines),
    block.context(
      isAwaitingApproval ? md`${md.code(`/kthw cancel ${view.cluster}`)} cancels the run` : formatNextCommands(view),
    ),
  ];
}
