import type { Button, HomeView, KnownBlock } from '@slack/types';
import type { Budgets } from '../../engine/service/budgets/budgets.ts';
import type { ApprovalView, ClusterStatus, RunView } from '../../engine/service/cluster-service.ts';
import type { Policy } from '../authorization/policy.ts';
import { type ApprovalButtonIds, buildApprovalBlocks } from './approval-request.ts';
import { block, type Message } from './blocks.ts';
import { formatBudgets } from './budgets.ts';
import { formatCount, formatNodeCounts } from './count.ts';
import { describeClusterStatus, describeRunStatus } from './describe-status.ts';
import { formatDuration } from './duration.ts';
import { buildWelcomeBlocks } from './home-message.ts';
import { limits, truncate } from './limits.ts';
import { type Markdown, md } from './markdown.ts';
import { formatProgressBar } from './progress-bar.ts';
import { getStoppedRun } from './stopped-run.ts';

export interface HomeTabState {
  readonly clusters: readonly ClusterStatus[];
  /** All pending approvals. */
  readonly pendingApprovals: readonly ApprovalView[];
  /** Pending approvals that this user can decide. */
  readonly approvalsForUser: readonly ApprovalView[];
  readonly canCreate: boolean;
  readonly policy: Policy;
  readonly budgets?: Budgets | undefined;
  readonly now: Date;
  /** Reply to the last button click, shown on top. */
  readonly notice?: Message | undefined;
}

/** https://docs.slack.dev/surfaces/app-home */
const maxBlocks = 100;
const maxNoticeBlocks = 20;
const maxApprovals = 5;

/** Home tab of one user: approvals that the user can decide, and all clusters. */
export function renderHomeTab(state: HomeTabState, approvalButtonIds: ApprovalButtonIds): HomeView {
  const { clusters, approvalsForUser, canCreate, policy, budgets, notice } = state;
  const limitsText = formatBudgets(budgets);
  const approvalBlocks = approvalsForUser
    .slice(0, maxApprovals)
    .flatMap((one) => buildApprovalSection(one, policy, approvalButtonIds));
  const hiddenApprovalCount = approvalsForUser.length - maxApprovals;
  const approvalSection =
    approvalBlocks.length > 0 ? [block.header('✋ Awaiting your approval'), ...approvalBlocks] : [];
  const top = [
    ...(notice ? [...notice.blocks.slice(0, maxNoticeBlocks), divider] : []),
    ...(clusters.length === 0 ? buildWelcomeBlocks() : [block.header(formatCount(clusters.length, 'cluster'))]),
    ...(canCreate ? [block.actions(buildCreateButton())] : []),
    ...(limitsText ? [block.context(limitsText)] : []),
    ...approvalSection,
    ...(hiddenApprovalCount > 0
      ? [block.context(md`${formatCount(hiddenApprovalCount, 'more approval')} pending; shown after you decide these`)]
      : []),
    ...(approvalBlocks.length > 0 ? [divider] : []),
  ];
  const rows = sortClusters(clusters).map((one) => buildClusterRow(one, state));
  return {
    type: 'home',
    callback_id: 'home',
    blocks: [...top, ...limitRows(rows, maxBlocks - top.length)],
  };
}

const divider: KnownBlock = { type: 'divider' };

function buildApprovalSection(approval: ApprovalView, policy: Policy, ids: ApprovalButtonIds): KnownBlock[] {
  return [
    block.section(md`*${approval.cluster}* · requested by ${md.mention(approval.requester)}`),
    ...buildApprovalBlocks(approval, policy, ids),
  ];
}

/** Clusters with a run in progress first, then by name. */
function sortClusters(clusters: readonly ClusterStatus[]): ClusterStatus[] {
  const getRank = ({ latestRun }: ClusterStatus) => (latestRun && !latestRun.outcome ? 0 : 1);
  return clusters.toSorted((a, b) => getRank(a) - getRank(b) || (a.name < b.name ? -1 : 1));
}

function buildClusterRow(cluster: ClusterStatus, { pendingApprovals, now }: HomeTabState): KnownBlock[] {
  const { name, record, latestRun } = cluster;
  const { spec } = record;
  const { icon, label } = describeClusterStatus(cluster);
  const lines = [
    md`${icon} *${name}* · ${label}`,
    md`Kubernetes ${spec.version} · ${formatNodeCounts(spec)} · ${spec.machineType} · ${spec.zone}`,
    md`${md.mention(record.createdBy)} in ${md.channel(record.channel)}${record.expiresAt ? md` · expires ${md.timestamp(new Date(record.expiresAt))}` : ''}`,
    ...(latestRun && !latestRun.outcome
      ? formatRunProgress(
          latestRun,
          pendingApprovals.some(({ run }) => run === latestRun.run),
          now,
        )
      : []),
  ];
  return [
    block.section({ markdown: truncate(md.join(lines).markdown, limits.section) }),
    block.actions(...buildClusterButtons(cluster)),
  ];
}

function formatRunProgress(run: RunView, isAwaitingApproval: boolean, now: Date): Markdown[] {
  const { icon, label } = describeRunStatus(run, isAwaitingApproval);
  return [
    md`${icon} ${label}`,
    md`${formatProgressBar(run, isAwaitingApproval)} · ${formatDuration(+now - +run.startedAt)} so far`,
  ];
}

function buildClusterButtons({ name, state, record: { runs }, latestRun }: ClusterStatus): Button[] {
  const stops = getStoppedRun(latestRun);
  const buildButton = (id: keyof typeof homeButtonIds, label: string, extraValue: object = {}): Button => ({
    ...block.button(homeButtonIds[id], label, { cluster: name, ...extraValue }),
    accessibility_label: truncate(`${label} of ${name}`, limits.buttonText),
  });
  return [
    buildButton('status', 'Status'),
    ...(state === 'ready' ? [buildButton('kubeconfig', 'Kubeconfig')] : []),
    ...(state === 'deleting'
      ? []
      : [buildButton('delete', 'Delete…', { run: runs.at(-1), ...(stops ? { stops } : {}) })]),
  ];
}

function buildCreateButton(): Button {
  return { ...block.button(homeButtonIds.create, 'Create…', {}), style: 'primary' };
}

/** Keeps whole rows; the last block counts the hidden ones. */
function limitRows(rows: readonly KnownBlock[][], maxRowBlocks: number): KnownBlock[] {
  const all = rows.flat();
  if (all.length <= maxRowBlocks) return all;
  const visibleCount = Math.floor((maxRowBlocks - 1) / 2);
  const hiddenCount = rows.length - visibleCount;
  return [
    ...rows.slice(0, visibleCount).flat(),
    block.context(md`… and ${hiddenCount} more; ${md.code('/kthw list')} shows all`),
  ];
}

/** Action ids of Home tab buttons. */
export const homeButtonIds = {
  create: 'home.create',
  status: 'home.status',
  kubeconfig: 'home.kubeconfig',
  delete: 'home.delete',
} as const;
