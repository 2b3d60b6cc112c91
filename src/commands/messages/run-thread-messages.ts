import type { RunView } from '../../engine/service/cluster-service.ts';
import type { EngineEvent } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage, buildSections } from './blocks.ts';
import { formatChapterLink } from './chapter-link.ts';
import { formatElapsed } from './duration.ts';
import { buildFollowUpButton } from './follow-up-button.ts';
import { formatCode, formatMention, joinMarkdown, type Markdown, md } from './markdown.ts';
import { buildPhaseCommandsButton } from './phase-commands-button.ts';
import { describeRunStatus, isStopped } from './run-status.ts';
import { findApiServerAddress, formatNextCommands } from './run-summary.ts';
import { getStepTitle } from './step-error-cards.ts';

type StepOutcome = Extract<EngineEvent, { type: 'step.finished' }>['outcome'];

const outcomeLabels: Readonly<Record<StepOutcome, string>> = {
  applied: 'made',
  adopted: 'was there already',
  removed: 'removed',
  alreadyAbsent: 'was gone already',
};

/** A phase is done: how long it took, what it made, and its chapter. */
export function renderPhaseResult(
  view: RunView,
  phaseName: string,
  outcomes: ReadonlyMap<string, StepOutcome>,
): Message {
  const phase = view.phases.find((one) => one.name === phaseName);
  const title = phase?.title ?? phaseName;
  const elapsed = formatElapsed(phase?.startedAt, phase?.finishedAt);
  const lines = [...outcomes].map(([step, outcome]) => md`• ${getStepTitle(view, step)}: ${outcomeLabels[outcome]}`);
  const head = elapsed ? md`✅ *${title}* · ${elapsed}` : md`✅ *${title}*`;
  return buildMessage(
    md`✅ ${title} is done`,
    ...buildSections([head, ...lines]),
    ...(phase ? [block.context(formatChapterLink(phase.chapter))] : []),
    block.actions(buildPhaseCommandsButton(view.run, phaseName)),
  );
}

/** What steps said, in their words. */
export function renderStepLog(
  view: RunView,
  entries: readonly { readonly step: string; readonly line: string }[],
): Message {
  const lines = entries.map(({ step, line }) => md`${getStepTitle(view, step)}: ${line}`);
  return buildMessage(joinMarkdown(lines), ...buildSections(lines));
}

/** A person had a say in the run. */
export function renderRunAction(
  actor: Person,
  action: 'resumed' | 'cancelRequested' | 'approved' | 'refused',
): Message {
  switch (action) {
    case 'resumed':
      return buildMessage(md`▶️ ${formatMention(actor)} resumed it`);
    case 'cancelRequested':
      return buildMessage(md`⏹️ ${formatMention(actor)} asked to stop; steps that have begun are finished first`);
    case 'approved':
      return buildMessage(md`👍 ${formatMention(actor)} approved it`);
    case 'refused':
      return buildMessage(md`👎 ${formatMention(actor)} refused it`);
    default:
      return action satisfies never;
  }
}

/** The end of a run. The asker is named, so that Slack tells them. `kubeconfig`: whether theirs was sent, or why not. */
export function renderRunResult(view: RunView, kubeconfig?: { readonly failureReason?: string | undefined }): Message {
  const { icon, label } = describeRunStatus(view);
  const elapsed = formatElapsed(view.startedAt, view.finishedAt);
  const head = md`${icon} ${formatMention(view.requester)} *${view.cluster}*: ${label}${elapsed ? ` after ${elapsed}` : ''}`;
  const kubeconfigLines = kubeconfig ? [formatKubeconfigLine(view.cluster, kubeconfig.failureReason)] : [];
  return buildMessage(
    md`${icon} ${view.cluster}: ${label}`,
    block.section(joinMarkdown([head, ...formatApiServerAddress(view), ...kubeconfigLines, ...formatProblems(view)])),
    ...(isStopped(view)
      ? [block.actions(buildFollowUpButton(view.cluster, 'resume'), buildFollowUpButton(view.cluster, 'status'))]
      : []),
    block.context(formatNextCommands(view)),
  );
}

function formatKubeconfigLine(cluster: string, failureReason: string | undefined): Markdown {
  if (failureReason === undefined) return md`Your kubeconfig is in your direct messages with me`;
  return md`Your kubeconfig could not be sent (${failureReason}); ${formatCode(`/kthw kubeconfig ${cluster}`)} tries again`;
}

function formatApiServerAddress(view: RunView): Markdown[] {
  const apiServerAddress = findApiServerAddress(view.outputs);
  return apiServerAddress && view.outcome === 'succeeded' && view.operation === 'create'
    ? [md`API server: ${formatCode(`https://${apiServerAddress}:6443`)}`]
    : [];
}

function formatProblems({ problems, outcome, steps }: RunView): Markdown[] {
  const problemLines = problems.slice(0, 10).map(({ step, error, differences }) => {
    const description = error?.message ?? (differences ? 'exists and differs' : 'stopped');
    return md`• ${steps[step]?.title ?? step}: ${description}`;
  });
  if (problemLines.length === 0) return [];
  return [outcome === 'succeeded' ? md`Left for later:` : md`What stopped it:`, ...problemLines];
}
