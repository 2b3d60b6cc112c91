import type { KnownBlock } from '@slack/types';
import { getChapter } from '../../engine/manual/chapters.ts';
import type { PauseResult, RunView } from '../../engine/service/cluster-service.ts';
import type { PauseDecision } from '../../store/events.ts';
import type { Pause, PauseStatus } from '../notifier/pause-status.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import { formatChapterLink } from './chapter-link.ts';
import { formatCode, formatMention, formatTimestamp, joinMarkdown, type Markdown, md } from './markdown.ts';

type PauseButtonIds = Readonly<Record<PauseDecision, string>>;

/** A chapter is done: what it was, and the buttons for going on as long as nobody has pressed one. */
export function renderChapterPause(
  view: RunView,
  { chapter }: Pause,
  status: PauseStatus,
  ids: PauseButtonIds,
): Message {
  const isOpen = status.kind === 'open';
  const head = md`${isOpen ? '✋' : '📖'} *${view.cluster}* · chapter ${chapter} is done: ${formatPhaseTitles(view, chapter)}`;
  return buildMessage(
    md`${isOpen ? '✋' : '📖'} ${view.cluster}: chapter ${chapter} is done${isOpen ? '; it waits for a button' : ''}`,
    block.section(joinMarkdown([head, formatChapterLink(chapter)])),
    ...(isOpen
      ? buildPauseButtons(view, chapter, ids)
      : [
          block.section(formatPauseStatus(status)),
          block.context(md`${formatCode(`/kthw status ${view.cluster}`)} shows how it goes on`),
        ]),
  );
}

/** The same in short, where a cluster's status is shown. */
export function buildPauseBlocks(view: RunView, ids: PauseButtonIds): KnownBlock[] {
  const { pausedAfterChapter: chapter } = view;
  if (chapter === undefined) return [];
  return [
    block.section(
      joinMarkdown([
        md`✋ *Chapter ${chapter} is done*: ${formatPhaseTitles(view, chapter)}`,
        formatChapterLink(chapter),
      ]),
    ),
    ...buildPauseButtons(view, chapter, ids),
  ];
}

/** What came of a press, for whoever pressed. What everybody sees, the run's thread shows by itself. */
export function renderPauseResult(
  result: PauseResult,
  cluster: string | undefined,
): { readonly message: Message; readonly replaceOriginal?: boolean } {
  const statusHint = md`${formatCode(cluster === undefined ? '/kthw list' : `/kthw status ${cluster}`)} shows how it goes on`;
  const renderReply = (text: Markdown) => buildMessage(text, block.section(text), block.context(statusHint));
  if ('decided' in result)
    return {
      message: renderReply(md`${decisionIcons[result.decided]} ${confirmationTexts[result.decided]}`),
      replaceOriginal: true,
    };
  if ('notPaused' in result) return { message: renderReply(md`This pause is over; your press changed nothing`) };
  const { alreadyDecided, decidedBy, decidedAt } = result;
  return {
    message: renderReply(
      md`${formatMention(decidedBy)} ${decisionLabels[alreadyDecided]} before you, ${formatTimestamp(decidedAt)}; your press changed nothing`,
    ),
  };
}

const decisionIcons: Readonly<Record<PauseDecision, string>> = { continue: '▶️', continueToEnd: '⏩', stop: '⏹️' };
const decisionLabels: Readonly<Record<PauseDecision, string>> = {
  continue: 'went on',
  continueToEnd: 'went on without another pause',
  stop: 'stopped here',
};
const confirmationTexts: Readonly<Record<PauseDecision, string>> = {
  continue: 'It goes on, and waits again after the next chapter',
  continueToEnd: 'It goes on, without another pause',
  stop: 'It stops here; what exists stays',
};

function buildPauseButtons({ run, cluster }: RunView, chapter: number, ids: PauseButtonIds): KnownBlock[] {
  const value = { run, chapter };
  return [
    block.actions(
      { ...block.button(ids.continue, 'Continue', value), style: 'primary' },
      block.button(ids.continueToEnd, 'Continue without pausing', value),
      block.button(ids.stop, 'Stop here', value),
    ),
    block.context(
      md`Who may create may press. It waits as long as it takes; ${formatCode(`/kthw resume ${cluster}`)} goes on from a stop`,
    ),
  ];
}

function formatPauseStatus(status: Exclude<PauseStatus, { kind: 'open' }>): Markdown {
  if (status.kind !== 'past')
    return md`${decisionIcons[status.kind]} ${formatMention(status.actor)} ${decisionLabels[status.kind]}, ${formatTimestamp(status.at)}`;
  return status.actor
    ? md`${formatMention(status.actor)} said how it goes on elsewhere`
    : md`It is over without a press`;
}

function formatPhaseTitles({ phases }: RunView, chapter: number): string {
  const titles = phases.filter((phase) => phase.chapter === chapter).map(({ title }) => title);
  return titles.length > 0 ? titles.join(', ') : getChapter(chapter).title;
}
