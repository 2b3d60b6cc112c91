import type { RunView } from '../../engine/service/cluster-service.ts';
import { formatApiServerUrl } from './api-server-url.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { describeRunStatus } from './describe-status.ts';
import { formatElapsed } from './duration.ts';
import { buildFollowUpButton } from './follow-up-button.ts';
import { type Markdown, md } from './markdown.ts';
import { formatNextCommands } from './next-commands.ts';
import { formatProblemLines } from './problem-lines.ts';
import { buildResumeButton } from './resume-button.ts';

/** Last message of a run. It mentions the requester, so Slack notifies them. @param kubeconfig set if one was sent, or why not */
export function renderRunResult(view: RunView, kubeconfig?: { readonly failureReason?: string | undefined }): Message {
  const { icon, label } = describeRunStatus(view);
  const elapsed = formatElapsed(view.startedAt, view.finishedAt);
  const head = md`${icon} ${md.mention(view.requester)} *${view.cluster}*: ${label}${elapsed ? ` after ${elapsed}` : ''}`;
  const kubeconfigLines = kubeconfig ? [formatKubeconfigLine(view.cluster, kubeconfig.failureReason)] : [];
  return buildMessage(
    md`${icon} ${view.cluster}: ${label}`,
    block.section(md.join([head, ...formatApiServer(view), ...kubeconfigLines, ...formatProblems(view)])),
    ...(view.canResume ? [block.actions(buildResumeButton(view), buildFollowUpButton(view.cluster, 'status'))] : []),
    block.context(formatNextCommands(view)),
  );
}

function formatKubeconfigLine(cluster: string, failureReason: string | undefined): Markdown {
  if (failureReason === undefined) return md`I sent you the kubeconfig in a DM`;
  return md`Couldn't send your kubeconfig (${failureReason}); ${md.code(`/kthw kubeconfig ${cluster}`)} tries again`;
}

function formatApiServer({ outputs, outcome, operation }: RunView): Markdown[] {
  const url = formatApiServerUrl(outputs);
  return url && outcome === 'succeeded' && operation === 'create' ? [md`API server: ${url}`] : [];
}

function formatProblems(view: RunView): Markdown[] {
  const problemLines = formatProblemLines(view);
  if (problemLines.length === 0) return [];
  return [view.outcome === 'succeeded' ? md`Deferred:` : md`Cause:`, ...problemLines];
}
