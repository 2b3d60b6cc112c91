import type { KnownBlock } from '@slack/types';
import type { ApprovalView, RunView } from '../../engine/service/cluster-service.ts';
import { getApprovers, type Policy } from '../authorization/policy.ts';
import type { ApprovalRequest, ApprovalStatus } from '../notifier/approval-status.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { formatElapsed } from './duration.ts';
import { truncate } from './limits.ts';
import {
  formatCode,
  formatMention,
  formatMentions,
  formatTimestamp,
  joinMarkdown,
  type Markdown,
  md,
} from './markdown.ts';
import { describeRunStatus, getOperationLabels } from './run-status.ts';
import { formatNextCommands } from './run-summary.ts';

export interface ApprovalButtonIds {
  readonly approve: string;
  readonly reject: string;
}

const maxLines = 60;
const maxLineLength = 160;

/** A question that a run asks, and later what came of it: its buttons are there as long as they can be pressed. */
export function renderApprovalRequest(
  view: RunView,
  approval: ApprovalRequest,
  status: ApprovalStatus,
  policy: Policy,
  ids: ApprovalButtonIds,
): Message {
  const { cluster, operation } = view;
  const { icon, label, details, nextAction } = describeApprovalStatus(view, status);
  const head = md`${icon} *${cluster}* · ${getOperationLabels(operation).inProgress} ${label}; ${formatMention(view.requester)} asked for it`;
  const isOpen = status.kind === 'open';
  return buildMessage(
    md`${icon} ${cluster}: ${getOperationLabels(operation).inProgress} ${label}, ${summarizeResources(approval.deletions.toReversed())}`,
    ...buildSections([head, formatHeading(operation, isOpen), ...formatResourceList(approval.deletions)]),
    ...(isOpen ? [block.section(md`*To undo it:* ${formatUndoHint(view)}`)] : []),
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

/** The same in short, where a cluster's status is shown. */
export function buildApprovalBlocks(approval: ApprovalView, policy: Policy, ids: ApprovalButtonIds): KnownBlock[] {
  return [
    ...buildSections([
      md`✋ *${getOperationLabels(approval.operation).inProgress}* waits for a yes. ${formatHeading(approval.operation, true)}`,
      ...formatResourceList(approval.deletions),
    ]),
    buildApprovalButtons(approval, ids),
    block.context(formatApprovalRules(approval, policy)),
  ];
}

interface ApprovalStatusText {
  readonly icon: string;
  /** After what is being done, in the first line. */
  readonly label: string;
  readonly details: readonly Markdown[];
  readonly nextAction: Markdown;
}

function describeApprovalStatus(view: RunView, { kind, answer, end, stoppedBy }: ApprovalStatus): ApprovalStatusText {
  const formatCommand = (name: string) => formatCode(`/kthw ${name} ${view.cluster}`);
  const resumeHint = md`${formatCommand('resume')} asks again, ${formatCommand('status')} shows the cluster`;
  const approvalLines = answer
    ? [md`👍 Approved by ${formatMention(answer.actor)}, ${formatTimestamp(answer.at)}`]
    : [];
  switch (kind) {
    case 'open':
      return {
        icon: '✋',
        label: 'waits for a yes',
        details: [],
        nextAction: md`${formatCommand('status')} shows this too, ${formatCommand('cancel')} stops the run`,
      };
    case 'approved':
      return {
        icon: '👍',
        label: 'was approved',
        details: [...approvalLines, md`It is being done; this message says what comes of it`],
        nextAction: md`${formatCommand('status')} looks, ${formatCommand('cancel')} stops after the steps that have begun`,
      };
    case 'ended': {
      const finishedView = { ...view, outcome: end?.outcome ?? 'failed' };
      const { icon, label: outcomeLabel } = describeRunStatus(finishedView);
      const elapsed = formatElapsed(answer?.at, end?.at);
      return {
        icon,
        label: 'was approved and is over',
        details: [
          ...approvalLines,
          md`${icon} What came of it: ${outcomeLabel}${elapsed ? `, ${elapsed} after the yes` : ''}`,
        ],
        nextAction: formatNextCommands(finishedView),
      };
    }
    case 'refused':
      return {
        icon: '👎',
        label: 'was refused',
        details: answer
          ? [
              md`👎 Refused by ${formatMention(answer.actor)}, ${formatTimestamp(answer.at)}. Nothing of this was taken away`,
            ]
          : [],
        nextAction: resumeHint,
      };
    case 'superseded':
      return {
        icon: '↪️',
        label: 'is asked anew',
        details: [...approvalLines, md`Things have changed since this was asked; nothing of this was taken away`],
        nextAction: md`The newest question in this thread counts; ${formatCommand('status')} shows it too`,
      };
    case 'expired':
      return {
        icon: '⌛',
        label: 'was not answered',
        details: [md`Nobody answered in time, and silence is no. Nothing of this was taken away`],
        nextAction: resumeHint,
      };
    case 'over':
      return {
        icon: '⏹️',
        label: 'was stopped',
        details: [
          stoppedBy
            ? md`${formatMention(stoppedBy)} stopped the run before anybody answered. Nothing of this was taken away`
            : md`The run ended before anybody answered. Nothing of this was taken away`,
        ],
        nextAction: resumeHint,
      };
    default:
      return kind satisfies never;
  }
}

function formatHeading(operation: string, isOpen: boolean): Markdown {
  if (operation === 'resize') return isOpen ? md`It restarts, one after another:` : md`It asked to restart:`;
  return isOpen ? md`It takes away:` : md`It asked to take away:`;
}

/** What it costs to have it back. */
function formatUndoHint({ cluster, operation }: RunView): Markdown {
  switch (operation) {
    case 'rebuild':
      return md`it can’t be. This run makes all of it anew, which takes as long as the first time; what was stored on these machines, etcd’s data with it, is lost. What is not listed stays`;
    case 'scale':
      return md`${formatCode(`/kthw scale ${cluster} --workers …`)} makes new machines, empty. Pods move to the others if there is room; what they kept on these machines is lost`;
    case 'resize':
      return md`${formatCode(`/kthw resize ${cluster} --machine-type …`)} makes them another type again. Disks and what is on them stay`;
    default:
      return md`it can’t be. What is listed is gone for good; what is not listed stays`;
  }
}

/** In the order of building, so that the machines, which hold the rest, come first however long the list is. */
function formatResourceList(deletions: readonly string[]): Markdown[] {
  const lines = deletions
    .toReversed()
    .slice(0, maxLines)
    .map((line) => md`• ${truncate(line, maxLineLength)}`);
  const hiddenCount = deletions.length - lines.length;
  return hiddenCount > 0 ? [...lines, md`… and ${hiddenCount} more`] : lines;
}

/** For notifications: the first thing by name, the others by number. */
function summarizeResources([first = 'nothing', ...others]: readonly string[]): string {
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

/** Who may answer, and until when. */
function formatApprovalRules({ expiresAt }: Pick<ApprovalRequest, 'expiresAt'>, policy: Policy): Markdown {
  const approvers = getApprovers(policy);
  const deadlineText = md`Until ${formatTimestamp(expiresAt)}; without an answer nothing is taken away`;
  if (approvers === 'everybody') return joinMarkdown([md`Anybody here may answer.`, deadlineText], ' ');
  return joinMarkdown(
    [md`${formatMentions(approvers)} may answer; who asked may not, unless there is nobody else.`, deadlineText],
    ' ',
  );
}
