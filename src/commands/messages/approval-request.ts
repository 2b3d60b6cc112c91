import type { KnownBlock } from '@slack/types';
import type { ApprovalView, RunView } from '../../engine/service/cluster-service.ts';
import { getApprovers, type Policy } from '../authorization/policy.ts';
import type { ApprovalRequest } from '../notifier/approval-request.ts';
import type { ApprovalStatus } from '../notifier/approval-status.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { describeRunStatus } from './describe-status.ts';
import { formatElapsed } from './duration.ts';
import { truncate } from './limits.ts';
import { type Markdown, md } from './markdown.ts';
import { formatNextCommands } from './next-commands.ts';
import { capitalize, getOperationLabels } from './operation-labels.ts';
import { formatStoppedRun } from './stopped-run.ts';

export interface ApprovalButtonIds {
  readonly approve: string;
  readonly reject: string;
}

const maxLines = 60;
const maxLineLength = 160;

/** Approval request of a run, and later its result. Only an open request has buttons. */
export function renderApprovalRequest(
  view: RunView,
  approval: ApprovalRequest,
  status: ApprovalStatus,
  policy: Policy,
  ids: ApprovalButtonIds,
): Message {
  const { cluster, operation } = view;
  const { icon, label, details, nextAction } = describeApprovalStatus(view, status);
  const { noun } = getOperationLabels(operation);
  const isOpen = status.kind === 'open';
  const head = isOpen
    ? md`${icon} *Approval required: ${noun} ${cluster}* · requested by ${md.mention(view.requester)}`
    : md`${icon} *${capitalize(noun)} ${cluster}*: ${label} · requested by ${md.mention(view.requester)}`;
  const spokenHead = isOpen ? `Approval required: ${noun} ${cluster}` : `${cluster}: ${noun} ${label}`;
  return buildMessage(
    md`${icon} ${spokenHead}, ${summarizeResources(approval.deletions.toReversed())}`,
    ...block.sections([head, formatHeading(operation, isOpen), ...formatResourceList(approval.deletions)]),
    ...(isOpen ? [block.section(md`*Undo:* ${formatUndoHint(view)}`)] : []),
    ...(isOpen ? formatStoppedRun(approval.stops).map(block.section) : []),
    ...details.map(block.section),
    ...(isOpen
      ? [
          buildApprovalButtons({ run: view.run, ...approval }, ids),
          block.context(formatApprovalRules(approval, policy)),
        ]
      : []),
    block.context(nextAction),
  );
}

/** Short form of an open approval request, for `/kthw status` and the Home tab. */
export function buildApprovalBlocks(approval: ApprovalView, policy: Policy, ids: ApprovalButtonIds): KnownBlock[] {
  const { noun } = getOperationLabels(approval.operation);
  return [
    ...block.sections([
      md`✋ *${capitalize(noun)} is waiting for approval.* ${formatHeading(approval.operation, true)}`,
      ...formatResourceList(approval.deletions),
      ...formatStoppedRun(approval.stops),
    ]),
    buildApprovalButtons(approval, ids),
    block.context(formatApprovalRules(approval, policy)),
  ];
}

interface ApprovalStatusText {
  readonly icon: string;
  /** Follows the operation in the first line. */
  readonly label: string;
  readonly details: readonly Markdown[];
  readonly nextAction: Markdown;
}

function describeApprovalStatus(view: RunView, { kind, answer, end, stoppedBy }: ApprovalStatus): ApprovalStatusText {
  const formatCommand = (name: string) => md.code(`/kthw ${name} ${view.cluster}`);
  const restartHint = md`Run the command again to request approval again · ${formatCommand('status')}`;
  const approvalLines = answer ? [md`👍 Approved by ${md.mention(answer.actor)} at ${md.timestamp(answer.at)}`] : [];
  switch (kind) {
    case 'open':
      return {
        icon: '✋',
        label: 'awaiting approval',
        details: [],
        nextAction: md`${formatCommand('status')} · ${formatCommand('cancel')} cancels the run`,
      };
    case 'approved':
      return {
        icon: '👍',
        label: 'approved',
        details: [...approvalLines, md`In progress. This message will be updated.`],
        nextAction: md`${formatCommand('status')} · ${formatCommand('cancel')} cancels after in-progress steps`,
      };
    case 'ended': {
      const finishedView = { ...view, outcome: end?.outcome ?? 'failed' };
      const { icon, label: outcomeLabel } = describeRunStatus(finishedView);
      const elapsed = formatElapsed(answer?.at, end?.at);
      return {
        icon,
        label: `approved, ${formatOutcome(finishedView.outcome)}`,
        details: [...approvalLines, md`${icon} Result: ${outcomeLabel}${elapsed ? ` ${elapsed} after approval` : ''}`],
        nextAction: formatNextCommands(finishedView),
      };
    }
    case 'refused':
      return {
        icon: '👎',
        label: 'rejected',
        details: answer
          ? [
              md`👎 Rejected by ${md.mention(answer.actor)} at ${md.timestamp(answer.at)}. None of these resources were changed.`,
            ]
          : [],
        nextAction: restartHint,
      };
    case 'superseded':
      return {
        icon: '↪️',
        label: 'superseded',
        details: [
          ...approvalLines,
          md`Superseded: the plan changed. None of these resources were changed by this request.`,
        ],
        nextAction: md`See the latest approval request in this thread or ${formatCommand('status')}`,
      };
    case 'expired':
      return {
        icon: '⌛',
        label: 'approval expired',
        details: [md`Expired: no response before the deadline. None of these resources were changed.`],
        nextAction: restartHint,
      };
    case 'over':
      return {
        icon: '⏹️',
        label: 'ended without approval',
        details: [
          stoppedBy
            ? md`${md.mention(stoppedBy)} cancelled the run before it was approved. None of these resources were changed.`
            : md`The run ended before it was approved. None of these resources were changed.`,
        ],
        nextAction: restartHint,
      };
    default:
      return kind satisfies never;
  }
}

function formatOutcome(outcome: 'succeeded' | 'failed' | 'cancelled'): string {
  return outcome === 'succeeded' ? 'completed' : outcome;
}

function formatHeading(operation: string, isOpen: boolean): Markdown {
  if (operation === 'resize') return isOpen ? md`Rolling restart of:` : md`Requested a rolling restart of:`;
  return isOpen ? md`This will delete:` : md`Requested deletion of:`;
}

function formatUndoHint({ cluster, operation }: RunView): Markdown {
  switch (operation) {
    case 'rebuild':
      return md`This cannot be undone. Listed resources are recreated; data on them, including etcd, is lost. Everything else is unchanged.`;
    case 'scale':
      return md`${md.code(`/kthw scale ${cluster} --workers …`)} creates new, empty nodes. Pods move to the remaining nodes if they have capacity. Data on the deleted nodes is lost.`;
    case 'resize':
      return md`${md.code(`/kthw resize ${cluster} --machine-type …`)} restores the previous machine type. Disks and their data are kept.`;
    default:
      return md`This cannot be undone. Listed resources are deleted permanently. Everything else is unchanged.`;
  }
}

/** Newest-built resources are listed last: instances come first, so a truncated list still shows them. */
function formatResourceList(deletions: readonly string[]): Markdown[] {
  const lines = deletions
    .toReversed()
    .slice(0, maxLines)
    .map((line) => md`• ${truncate(line, maxLineLength)}`);
  const hiddenCount = deletions.length - lines.length;
  return hiddenCount > 0 ? [...lines, md`… and ${hiddenCount} more`] : lines;
}

/** Notification text: the first resource by name, the number of others. */
function summarizeResources([first = 'no resources', ...others]: readonly string[]): string {
  return others.length > 0
    ? `${truncate(first, maxLineLength)} and ${others.length} more`
    : truncate(first, maxLineLength);
}

function buildApprovalButtons(
  { run, digest }: { readonly run: string; readonly digest: string },
  ids: ApprovalButtonIds,
): KnownBlock {
  const value = { run, digest };
  return block.actions(
    { ...block.button(ids.approve, 'Approve', value), style: 'danger' },
    block.button(ids.reject, 'Reject', value),
  );
}

/** Who can approve, and when the request expires. */
function formatApprovalRules({ expiresAt }: Pick<ApprovalRequest, 'expiresAt'>, policy: Policy): Markdown {
  const approvers = getApprovers(policy);
  const deadlineText = md`Expires ${md.timestamp(expiresAt)}; without approval nothing changes.`;
  if (approvers === 'everybody') return md.join([md`Anyone in this channel can approve.`, deadlineText], ' ');
  return md.join(
    [
      md`${md.mentions(approvers)} can approve, except those who requested or resumed this run, unless there is no other approver.`,
      deadlineText,
    ],
    ' ',
  );
}
