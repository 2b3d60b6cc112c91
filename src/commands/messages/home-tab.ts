import type { Button, HomeView, KnownBlock } from '@slack/types';
import type { ApprovalView, ClusterStatus, RunView } from '../../engine/service/cluster-service.ts';
import type { Policy } from '../authorization/policy.ts';
import type { Message } from '../routing/command.ts';
import { type ApprovalButtonIds, buildApprovalBlocks } from './approval-request.ts';
import { block } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { limits, truncate } from './limits.ts';
import {
  formatChannelLink,
  formatCode,
  formatMention,
  formatTimestamp,
  joinMarkdown,
  type Markdown,
  md,
} from './markdown.ts';
import { renderProgressBar } from './progress-bar.ts';
import { clusterIcons, describeRunStatus, formatClusterState } from './run-status.ts';

/** Buttons that work where there is no channel: they bring the cluster's own. */
export const homeButtonIds = {
  create: 'home.create',
  status: 'home.status',
  kubeconfig: 'home.kubeconfig',
  delete: 'home.delete',
} as const;

export interface HomeTabState {
  readonly clusters: readonly ClusterStatus[];
  /** Runs that wait for an answer from anybody. */
  readonly pendingApprovals: readonly ApprovalView[];
  /** Those of them that wait for one from this person. */
  readonly approvalsForUser: readonly ApprovalView[];
  readonly canCreate: boolean;
  readonly policy: Policy;
  readonly now: Date;
  /** What came of the last press. */
  readonly notice?: Message | undefined;
}

/** Blocks that a Home tab takes: https://docs.slack.dev/surfaces/app-home */
const maxBlocks = 100;
const maxNoticeBlocks = 20;
const maxApprovals = 5;

/** The Home tab of one person: what waits for them, and every cluster with how it stands. */
export function renderHomeTab(state: HomeTabState, approvalButtonIds: ApprovalButtonIds): HomeView {
  const { clusters, approvalsForUser, canCreate, policy, notice } = state;
  const approvalBlocks = approvalsForUser
    .slice(0, maxApprovals)
    .flatMap((one) => buildApprovalSection(one, policy, approvalButtonIds));
  const hiddenApprovalCount = approvalsForUser.length - maxApprovals;
  const approvalSection =
    approvalBlocks.length > 0 ? [block.header('✋ Waits for your answer'), ...approvalBlocks] : [];
  const top = [
    ...(notice ? [...notice.blocks.slice(0, maxNoticeBlocks), divider] : []),
    ...(clusters.length === 0 ? buildWelcomeBlocks() : [block.header(formatClusterCount(clusters.length))]),
    ...(canCreate ? [block.actions(buildCreateButton())] : []),
    ...approvalSection,
    ...(hiddenApprovalCount > 0
      ? [block.context(md`${hiddenApprovalCount} more wait for your answer; they show once these are answered`)]
      : []),
    ...(approvalBlocks.length > 0 ? [divider] : []),
  ];
  const rows = sortClusters(clusters).map((one) => buildClusterRow(one, state));
  return buildHomeView([...top, ...limitRows(rows, maxBlocks - top.length)]);
}

/** In its place where somebody is in none of the channels where kthw listens, or that can't be read. */
export function renderHomeForNonMember(channels: readonly string[], isUnreadable: boolean): HomeView {
  const links = joinMarkdown(channels.map(formatChannelLink), ', ');
  const text = isUnreadable
    ? md`I can’t read who is in ${links} just now, so I show nothing rather than guess.`
    : md`The clusters belong to ${links}. Once you are in there, they show here too.`;
  return buildHomeView([
    ...buildWelcomeBlocks(),
    block.section(text),
    block.context(md`${formatCode('/kthw list')} shows them there`),
  ]);
}

/** In its place when something else has to be said. */
export function renderHomeMessage(notice: Message): HomeView {
  return buildHomeView([...notice.blocks]);
}

const divider: KnownBlock = { type: 'divider' };

function buildHomeView(blocks: KnownBlock[]): HomeView {
  return { type: 'home', callback_id: 'home', blocks };
}

function buildWelcomeBlocks(): KnownBlock[] {
  return [
    block.header('Kubernetes the hard way, from Slack'),
    block.section(
      joinMarkdown([
        md`🔨 I build clusters on Compute Engine the way the tutorial does, and tell every step in a thread.`,
        md`🔑 When one is ready, a kubeconfig of your own comes by direct message.`,
        md`✋ Before anything that exists is taken away, somebody is asked. ${formatCode('/kthw help')} lists everything.`,
      ]),
    ),
  ];
}

function buildApprovalSection(approval: ApprovalView, policy: Policy, ids: ApprovalButtonIds): KnownBlock[] {
  return [
    block.section(md`*${approval.cluster}* · ${formatMention(approval.requester)} asked for it`),
    ...buildApprovalBlocks(approval, policy, ids),
  ];
}

/** What goes on comes first; else by name. */
function sortClusters(clusters: readonly ClusterStatus[]): ClusterStatus[] {
  const getRank = ({ latestRun }: ClusterStatus) => (latestRun && !latestRun.outcome ? 0 : 1);
  return clusters.toSorted((a, b) => getRank(a) - getRank(b) || (a.name < b.name ? -1 : 1));
}

function buildClusterRow(cluster: ClusterStatus, { pendingApprovals, now }: HomeTabState): KnownBlock[] {
  const { name, record, latestRun } = cluster;
  const { spec, state } = record;
  const lines = [
    md`${clusterIcons[state]} *${name}* · ${formatClusterState(state)}`,
    md`Kubernetes ${spec.version} · ${spec.controllers}+${spec.workers} machines · ${spec.machineType} · ${spec.zone}`,
    md`${formatMention(record.createdBy)} in ${formatChannelLink(record.channel)}${record.expiresAt ? md` · wanted until ${formatTimestamp(new Date(record.expiresAt))}` : ''}`,
    ...(latestRun && !latestRun.outcome
      ? formatRunProgress(
          latestRun,
          pendingApprovals.some(({ run }) => run === latestRun.run),
          now,
        )
      : []),
  ];
  return [
    { ...block.section({ markdown: truncate(joinMarkdown(lines).markdown, limits.section) }) },
    block.actions(...buildClusterButtons(cluster)),
  ];
}

function formatRunProgress(run: RunView, isAwaitingApproval: boolean, now: Date): Markdown[] {
  const { icon, label } = describeRunStatus(run, isAwaitingApproval);
  return [
    md`${icon} ${label}`,
    md`${renderProgressBar(run, isAwaitingApproval)} · ${formatDuration(+now - +run.startedAt)} so far`,
  ];
}

function buildClusterButtons({ name, record: { channel, state } }: ClusterStatus): Button[] {
  const buildButton = (id: keyof typeof homeButtonIds, label: string): Button => ({
    ...block.button(homeButtonIds[id], label, { cluster: name, channel }),
    accessibility_label: truncate(`${label} of ${name}`, limits.buttonText),
  });
  return [
    buildButton('status', 'Status'),
    ...(state === 'ready' ? [buildButton('kubeconfig', 'Kubeconfig')] : []),
    ...(state === 'deleting' ? [] : [buildButton('delete', 'Delete…')]),
  ];
}

function buildCreateButton(): Button {
  return { ...block.button(homeButtonIds.create, 'Create…', {}), style: 'primary' };
}

function formatClusterCount(clusters: number): string {
  return clusters === 1 ? '1 cluster' : `${clusters} clusters`;
}

/** As many as there is room for; the others are counted. */
function limitRows(rows: readonly KnownBlock[][], maxRowBlocks: number): KnownBlock[] {
  const all = rows.flat();
  if (all.length <= maxRowBlocks) return all;
  const visibleCount = Math.floor((maxRowBlocks - 1) / 2);
  const hiddenCount = rows.length - visibleCount;
  return [
    ...rows.slice(0, visibleCount).flat(),
    block.context(md`… and ${hiddenCount} more; ${formatCode('/kthw list')} shows all`),
  ];
}
