import type { KnownBlock } from '@slack/types';
import { publicAddress } from '../../engine/cluster/outputs.ts';
import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { Message } from '../routing/command.ts';
import { block, message, sections } from './blocks.ts';
import { follow } from './follow-up-button.ts';
import { channelLink, code, joined, link, type Markdown, md, moment, person } from './markdown.ts';
import { phaseLines } from './phase-line.ts';
import { progressBar, spokenProgress } from './progress-bar.ts';
import { isStopped, standing } from './run-status.ts';

/** What a summary says besides the run itself. */
export interface Around {
  /** Why it is not in the channel it was asked in. */
  readonly moved?: string | undefined;
  /** For an answer to the question in its thread. */
  readonly waits?: boolean;
  /** Where its thread is, once Slack has said so. */
  readonly thread?: string | undefined;
}

/** The one message of a run, edited in place while it goes on. */
export function summary(view: RunView, { moved, waits = false, thread }: Around = {}): Message {
  const { icon, words } = standing(view, waits);
  const { cluster } = view;
  return message(
    md`${icon} ${cluster}: ${spokenProgress(view, waits)}`,
    block.header(`${icon} ${cluster} · ${words}`),
    block.section(progressBar(view, waits)),
    ...sections(phaseLines(view)),
    ...address(view),
    block.note(joined([asked(view), ...(thread ? [link(thread, 'its thread')] : [])], ' · ')),
    block.buttons(
      ...(isStopped(view) ? [follow(cluster, 'resume')] : []),
      follow(cluster, 'status'),
      follow(cluster, 'audit'),
    ),
    block.note(whatNext(view, waits)),
    ...(moved ? [block.note(md`Here instead of ${channelLink(view.channel)}: ${moved}`)] : []),
  );
}

/** The command that helps from where a run stands. */
export function whatNext({ cluster, operation, over, cancelAsked, pausedAfter }: RunView, waits = false): Markdown {
  const next = (command: string) => code(`/kthw ${command} ${cluster}`);
  switch (over) {
    case undefined:
      if (cancelAsked) return md`Steps that have begun are finished first; ${next('status')}`;
      if (pausedAfter !== undefined) {
        return md`The buttons are in the thread, and ${next('status')} shows them too; ${next('cancel')} stops the run`;
      }
      return waits
        ? md`The question is in the thread, and ${next('status')} shows it too; ${next('cancel')} stops the run`
        : md`${next('status')} looks, ${next('cancel')} stops after the steps that have begun`;
    case 'failed':
    case 'cancelled':
      return md`${next('resume')} goes on from here, ${next('delete')} removes what exists`;
    case 'succeeded':
      switch (operation) {
        case 'delete':
          return md`Nothing of it is left. ${code(`/kthw create ${cluster}`)} builds it anew, ${next('audit')} shows what was done`;
        case 'rebuild':
        case 'resize':
          return md`Kubeconfigs from before still work; ${next('smoke')} tests it again, ${next('audit')} shows what was done`;
        case 'scale':
          return md`${next('status')} shows it, ${next('audit')} what was done`;
        default:
          return md`${next('kubeconfig')} gives you access, ${next('smoke')} tests it again`;
      }
    default:
      return over satisfies never;
  }
}

/** The public address of a cluster's API server, once a phase has found it. */
export function addressOf(facts: RunView['facts']): string | undefined {
  const known = facts[publicAddress.name];
  return typeof known === 'string' ? known : undefined;
}

function asked({ by, startedAt }: RunView): Markdown {
  return md`asked for by ${person(by)}, ${moment(startedAt)}`;
}

function address({ facts, over, operation }: RunView): KnownBlock[] {
  const known = addressOf(facts);
  return known && over === 'succeeded' && operation !== 'delete'
    ? [block.section(md`API server: ${code(`https://${known}:6443`)}`)]
    : [];
}
