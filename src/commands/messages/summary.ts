import type { KnownBlock } from '@slack/types';
import type { RunView } from '../../engine/desk-types.ts';
import { publicAddress } from '../../engine/facts.ts';
import type { Message } from '../command.ts';
import { block, message, sections } from './blocks.ts';
import { between } from './duration.ts';
import { code, joined, type Markdown, md, moment, person } from './markdown.ts';
import { phaseLine } from './phase-line.ts';
import { standing } from './words.ts';

/** The one message of a run, edited in place while it goes on. `moved`: why it is not in the channel it was asked in. */
export function summary(view: RunView, moved?: string): Message {
  const { icon, words } = standing(view);
  const done = view.phases.filter((phase) => phase.state === 'done').length;
  const count = `${done} of ${view.phases.length} phases`;
  return message(
    md`${icon} ${view.cluster}: ${words}, ${count}`,
    block.header(`${icon} ${view.cluster} · ${words}`),
    block.section(joined([md`${count}`, asked(view), ...took(view)], ' · ')),
    ...sections(view.phases.map(phaseLine)),
    ...address(view),
    block.note(whatNext(view)),
    ...(moved ? [block.note(md`Here instead of ${channel(view.channel)}: ${moved}`)] : []),
  );
}

/** The command that helps from where a run stands. */
export function whatNext({ cluster, operation, over, cancelAsked }: RunView): Markdown {
  const next = (command: string) => code(`/kthw ${command} ${cluster}`);
  switch (over) {
    case undefined:
      return cancelAsked
        ? md`Steps that have begun are finished first; ${next('status')}`
        : md`${next('status')} looks, ${next('cancel')} stops after the steps that have begun`;
    case 'failed':
      return md`${next('resume')} goes on from here, ${next('delete')} removes what exists`;
    case 'cancelled':
      return md`${next('resume')} goes on from here, ${next('delete')} removes what exists`;
    case 'succeeded':
      if (operation === 'delete') return md`Nothing of it is left. ${code(`/kthw create ${cluster}`)} builds it anew`;
      return md`${next('kubeconfig')} gives you access, ${next('smoke')} tests it again`;
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
  return md`asked by ${person(by)}, ${moment(startedAt)}`;
}

function took({ startedAt, finishedAt, over }: RunView): Markdown[] {
  const time = between(startedAt, finishedAt);
  return over && time ? [md`took ${time}`] : [];
}

function address({ facts, over, operation }: RunView): KnownBlock[] {
  const known = addressOf(facts);
  return known && over === 'succeeded' && operation !== 'delete'
    ? [block.section(md`API server: ${code(`https://${known}:6443`)}`)]
    : [];
}

function channel(id: string): Markdown {
  return { markdown: `<#${id.replaceAll(/[^A-Z0-9]/gi, '')}>` };
}
