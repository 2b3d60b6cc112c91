import type { KnownBlock } from '@slack/types';
import type { RunView } from '../../engine/service/cluster-service.ts';
import { formatApiServerUrl } from './api-server-url.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { describeRunStatus } from './describe-status.ts';
import { buildFollowUpButton } from './follow-up-button.ts';
import { type Markdown, md } from './markdown.ts';
import { formatNextCommands } from './next-commands.ts';
import { formatPhaseLines } from './phase-line.ts';
import { formatProgressBar, formatSpokenProgress } from './progress-bar.ts';
import { buildResumeButton } from './resume-button.ts';

interface SummaryOptions {
  /** Why the message is not in the channel of the request. */
  readonly fallbackReason?: string | undefined;
  readonly isAwaitingApproval?: boolean;
  /** Permalink of the thread, once Slack returned it. */
  readonly threadUrl?: string | undefined;
}

/** Main message of a run, updated in place. Its replies are the run's thread. */
export function renderRunSummary(
  view: RunView,
  { fallbackReason, isAwaitingApproval = false, threadUrl }: SummaryOptions = {},
): Message {
  const { icon, label } = describeRunStatus(view, isAwaitingApproval);
  const { cluster } = view;
  return buildMessage(
    md`${icon} ${cluster}: ${formatSpokenProgress(view, isAwaitingApproval)}`,
    block.header(`${icon} ${cluster} · ${label}`),
    block.section(formatProgressBar(view, isAwaitingApproval)),
    ...block.sections(formatPhaseLines(view)),
    ...buildAddressBlocks(view),
    block.context(md.join([formatRequester(view), ...(threadUrl ? [md.link(threadUrl, 'View thread')] : [])], ' · ')),
    block.actions(
      ...(view.canResume ? [buildResumeButton(view)] : []),
      buildFollowUpButton(cluster, 'status'),
      buildFollowUpButton(cluster, 'audit'),
    ),
    block.context(formatNextCommands(view, isAwaitingApproval)),
    ...(fallbackReason
      ? [block.context(md`Posted here instead of ${md.channel(view.channel)}: ${fallbackReason}`)]
      : []),
  );
}

function formatRequester({ requester, startedAt }: RunView): Markdown {
  return md`Requested by ${md.mention(requester)} ${md.timestamp(startedAt)}`;
}

function buildAddressBlocks({ outputs, outcome, operation }: RunView): KnownBlock[] {
  const url = formatApiServerUrl(outputs);
  return url && outcome === 'succeeded' && operation !== 'delete' ? [block.section(md`API server: ${url}`)] : [];
}
