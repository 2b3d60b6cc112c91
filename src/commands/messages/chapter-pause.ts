import type { KnownBlock } from '@slack/types';
import { chapterOf } from '../../engine/manual/chapters.ts';
import type { PauseAnswer, RunView } from '../../engine/service/cluster-service-types.ts';
import type { Onward } from '../../store/events.ts';
import type { Pause, PauseFate } from '../notifier/pause-status.ts';
import type { Message } from '../routing/command.ts';
import { block, message } from './blocks.ts';
import { chapterLink } from './chapter-link.ts';
import { code, joined, type Markdown, md, moment, person } from './markdown.ts';

type PauseIds = Readonly<Record<Onward, string>>;

/** A chapter is done: what it was, and the buttons for going on as long as nobody has pressed one. */
export function chapterDone(view: RunView, { chapter }: Pause, fate: PauseFate, ids: PauseIds): Message {
  const open = fate.is === 'open';
  const head = md`${open ? '✋' : '📖'} *${view.cluster}* · chapter ${chapter} is done: ${phasesOf(view, chapter)}`;
  return message(
    md`${open ? '✋' : '📖'} ${view.cluster}: chapter ${chapter} is done${open ? '; it waits for a button' : ''}`,
    block.section(joined([head, chapterLink(chapter)])),
    ...(open
      ? buttons(view, chapter, ids)
      : [block.section(said(fate)), block.note(md`${code(`/kthw status ${view.cluster}`)} shows how it goes on`)]),
  );
}

/** The same in short, where a cluster's status is shown. */
export function pauseWaits(view: RunView, ids: PauseIds): KnownBlock[] {
  const { pausedAfter: chapter } = view;
  if (chapter === undefined) return [];
  return [
    block.section(joined([md`✋ *Chapter ${chapter} is done*: ${phasesOf(view, chapter)}`, chapterLink(chapter)])),
    ...buttons(view, chapter, ids),
  ];
}

/** What came of a press, for whoever pressed. What everybody sees, the run's thread shows by itself. */
export function wentOn(
  answer: PauseAnswer,
  cluster: string | undefined,
): { readonly shown: Message; readonly replaces?: boolean } {
  const status = md`${code(cluster === undefined ? '/kthw list' : `/kthw status ${cluster}`)} shows how it goes on`;
  const told = (said: Markdown) => message(said, block.section(said), block.note(status));
  if ('went' in answer) return { shown: told(md`${icons[answer.went]} ${will[answer.went]}`), replaces: true };
  if ('past' in answer) return { shown: told(md`This pause is over; your press changed nothing`) };
  const { already, by, at } = answer;
  return { shown: told(md`${person(by)} ${did[already]} before you, ${moment(at)}; your press changed nothing`) };
}

const icons: Readonly<Record<Onward, string>> = { next: '▶️', through: '⏩', stop: '⏹️' };
const did: Readonly<Record<Onward, string>> = {
  next: 'went on',
  through: 'went on without another pause',
  stop: 'stopped here',
};
const will: Readonly<Record<Onward, string>> = {
  next: 'It goes on, and waits again after the next chapter',
  through: 'It goes on, without another pause',
  stop: 'It stops here; what exists stays',
};

function buttons({ run, cluster }: RunView, chapter: number, { next, through, stop }: PauseIds): KnownBlock[] {
  const value = { run, chapter };
  return [
    block.buttons(
      { ...block.button(next, 'Continue', value), style: 'primary' },
      block.button(through, 'Continue without pausing', value),
      block.button(stop, 'Stop here', value),
    ),
    block.note(
      md`Who may create may press. It waits as long as it takes; ${code(`/kthw resume ${cluster}`)} goes on from a stop`,
    ),
  ];
}

function said(fate: Exclude<PauseFate, { is: 'open' }>): Markdown {
  if (fate.is !== 'past') return md`${icons[fate.is]} ${person(fate.by)} ${did[fate.is]}, ${moment(fate.at)}`;
  return fate.by ? md`${person(fate.by)} said how it goes on elsewhere` : md`It is over without a press`;
}

function phasesOf({ phases }: RunView, chapter: number): string {
  const titles = phases.filter((phase) => phase.chapter === chapter).map(({ title }) => title);
  return titles.length > 0 ? titles.join(', ') : chapterOf(chapter).title;
}
