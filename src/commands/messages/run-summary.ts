import type { KnownBlock } from '@slack/types';
import { publicAddressOutput } from '../../engine/cluster/outputs.ts';
import type { RunView } from '../../engine/service/cluster-service.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { buildFollowUpButton } from './follow-up-button.ts';
import {
  formatChannelLink,
  formatCode,
  formatLink,
  formatMention,
  formatTimestamp,
  joinMarkdown,
  type Markdown,
  md,
} from './markdown.ts';
import { formatPhaseLines } from './phase-line.ts';
import { formatSpokenProgress, renderProgressBar } from './progress-bar.ts';
import { describeRunStatus, isStopped } from './run-status.ts';

/** What a summary says besides the run itself. */
export interface SummaryOptions {
  /** Why it is not in the channel it was asked in. */
  readonly fallbackReason?: string | undefined;
  /** For an answer to the question in its thread. */
  readonly isAwaitingApproval?: boolean;
  /** Where its thread is, once Slack has said so. */
  readonly threadUrl?: string | undefined;
}

/** The one message of a run, edited in place while it goes on. */
export function renderRunSummary(
  view: RunView,
  { fallbackReason, isAwaitingApproval = false, threadUrl }: SummaryOptions = {},
): Message {
  const { icon, label } = describeRunStatus(view, isAwaitingApproval);
  const { cluster } = view;
  return buildMessage(
    md`${icon} ${cluster}: ${formatSpokenProgress(view, isAwaitingApproval)}`,
    block.header(`${icon} ${cluster} · ${label}`),
    block.section(renderProgressBar(view, isAwaitingApproval)),
    ...buildSections(formatPhaseLines(view)),
    ...buildAddressBlocks(view),
    block.context(
      joinMarkdown([formatRequester(view), ...(threadUrl ? [formatLink(threadUrl, 'its thread')] : [])], ' · '),
    ),
    block.actions(
      ...(isStopped(view) ? [buildFollowUpButton(cluster, 'resume')] : []),
      buildFollowUpButton(cluster, 'status'),
      buildFollowUpButton(cluster, 'audit'),
    ),
    block.context(formatNextCommands(view, isAwaitingApproval)),
    ...(fallbackReason
      ? [block.context(md`Here instead of ${formatChannelLink(view.channel)}: ${fallbackReason}`)]
      : []),
  );
}

/** The command that helps from where a run stands. */
export function formatNextCommands(
  { cluster, operation, outcome, cancelRequested, pausedAfterChapter }: RunView,
  isAwaitingApproval = false,
): Markdown {
  const formatCommand = (command: string) => formatCode(`/kthw ${command} ${cluster}`);
  switch (outcome) {
    case undefined:
      if (cancelRequested) return md`Steps that have begun are finished first; ${formatCommand('status')}`;
      if (pausedAfterChapter !== undefined) {
        return md`The buttons are in the thread, and ${formatCommand('status')} shows them too; ${formatCommand('cancel')} stops the run`;
      }
      return isAwaitingApproval
        ? md`The question is in the thread, and ${formatCommand('status')} shows it too; ${formatCommand('cancel')} stops the run`
        : md`${formatCommand('status')} looks, ${formatCommand('cancel')} stops after the steps that have begun`;
    case 'failed':
    case 'cancelled':
      return md`${formatCommand('resume')} goes on from here, ${formatCommand('delete')} removes what exists`;
    case 'succeeded':
      switch (operation) {
        case 'delete':
          return md`Nothing of it is left. ${formatCode(`/kthw create ${cluster}`)} builds it anew, ${formatCommand('audit')} shows what was done`;
        case 'rebuild':
        case 'resize':
          return md`Kubeconfigs from before still work; ${formatCommand('smoke')} tests it again, ${formatCommand('audit')} shows what was done`;
        case 'scale':
          return md`${formatCommand('status')} shows it, ${formatCommand('audit')} what was done`;
        default:
          return md`${formatCommand('kubeconfig')} gives you access, ${formatCommand('smoke')} tests it again`;
      }
    default:
      return outcome satisfies never;
  }
}

/** The public address of a cluster's API server, once a phase has found it. */
export function findApiServerAddress(facts: RunView['outputs']): string | undefined {
  const value = facts[publicAddressOutput.name];
  return typeof value === 'string' ? value : undefined;
}

function formatRequester({ requester, startedAt }: RunView): Markdown {
  return md`asked for by ${formatMention(requester)}, ${formatTimestamp(startedAt)}`;
}

function buildAddressBlocks({ outputs, outcome, operation }: RunView): KnownBlock[] {
  const apiServerAddress = findApiServerAddress(outputs);
  return apiServerAddress && outcome === 'succeeded' && operation !== 'delete'
    ? [block.section(md`API server: ${formatCode(`https://${apiServerAddress}:6443`)}`)]
    : [];
}
