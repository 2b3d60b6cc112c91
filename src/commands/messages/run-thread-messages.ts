import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { EngineEvent, Person } from '../../store/events.ts';
import type { Message } from '../routing/command.ts';
import { block, message, sections } from './blocks.ts';
import { chapterLink } from './chapter-link.ts';
import { between } from './duration.ts';
import { follow } from './follow-up-button.ts';
import { code, joined, type Markdown, md, person } from './markdown.ts';
import { hardWayButton } from './phase-commands-button.ts';
import { isStopped, standing } from './run-status.ts';
import { addressOf, whatNext } from './run-summary.ts';
import { titleOf } from './step-error-cards.ts';

type Outcome = Extract<EngineEvent, { type: 'step.finished' }>['outcome'];

const did: Readonly<Record<Outcome, string>> = {
  applied: 'made',
  adopted: 'was there already',
  removed: 'removed',
  gone: 'was gone already',
};

/** A phase is done: how long it took, what it made, and its chapter. */
export function phaseDone(view: RunView, phaseName: string, outcomes: ReadonlyMap<string, Outcome>): Message {
  const phase = view.phases.find((one) => one.name === phaseName);
  const title = phase?.title ?? phaseName;
  const took = between(phase?.startedAt, phase?.finishedAt);
  const lines = [...outcomes].map(([step, outcome]) => md`• ${titleOf(view, step)}: ${did[outcome]}`);
  const head = took ? md`✅ *${title}* · ${took}` : md`✅ *${title}*`;
  return message(
    md`✅ ${title} is done`,
    ...sections([head, ...lines]),
    ...(phase ? [block.note(chapterLink(phase.chapter))] : []),
    block.buttons(hardWayButton(view.run, phaseName)),
  );
}

/** What steps said, in their words. */
export function saidLines(view: RunView, said: readonly { readonly step: string; readonly line: string }[]): Message {
  const lines = said.map(({ step, line }) => md`${titleOf(view, step)}: ${line}`);
  return message(joined(lines), ...sections(lines));
}

/** A person had a say in the run. */
export function saidBy(by: Person, what: 'resumed' | 'cancelAsked' | 'approved' | 'refused'): Message {
  switch (what) {
    case 'resumed':
      return message(md`▶️ ${person(by)} resumed it`);
    case 'cancelAsked':
      return message(md`⏹️ ${person(by)} asked to stop; steps that have begun are finished first`);
    case 'approved':
      return message(md`👍 ${person(by)} approved it`);
    case 'refused':
      return message(md`👎 ${person(by)} refused it`);
    default:
      return what satisfies never;
  }
}

/** The end of a run. The asker is named, so that Slack tells them. `kubeconfig`: whether theirs was sent, or why not. */
export function ended(view: RunView, kubeconfig?: { readonly failed?: string | undefined }): Message {
  const { icon, words } = standing(view);
  const took = between(view.startedAt, view.finishedAt);
  const head = md`${icon} ${person(view.by)} *${view.cluster}*: ${words}${took ? ` after ${took}` : ''}`;
  const file = kubeconfig ? [kubeconfigLine(view.cluster, kubeconfig.failed)] : [];
  return message(
    md`${icon} ${view.cluster}: ${words}`,
    block.section(joined([head, ...address(view), ...file, ...troubles(view)])),
    ...(isStopped(view) ? [block.buttons(follow(view.cluster, 'resume'), follow(view.cluster, 'status'))] : []),
    block.note(whatNext(view)),
  );
}

function kubeconfigLine(cluster: string, failed: string | undefined): Markdown {
  if (failed === undefined) return md`Your kubeconfig is in your direct messages with me`;
  return md`Your kubeconfig could not be sent (${failed}); ${code(`/kthw kubeconfig ${cluster}`)} tries again`;
}

function address(view: RunView): Markdown[] {
  const known = addressOf(view.facts);
  return known && view.over === 'succeeded' && view.operation === 'create'
    ? [md`API server: ${code(`https://${known}:6443`)}`]
    : [];
}

function troubles({ troubles, over, steps }: RunView): Markdown[] {
  const many = troubles.slice(0, 10).map(({ step, fault, differences }) => {
    const what = fault?.message ?? (differences ? 'exists and differs' : 'stopped');
    return md`• ${steps[step]?.title ?? step}: ${what}`;
  });
  if (many.length === 0) return [];
  return [over === 'succeeded' ? md`Left for later:` : md`What stopped it:`, ...many];
}
