import type { KnownBlock } from '@slack/types';
import { getChapter } from '../../engine/manual/chapters.ts';
import type { PauseResult, RunView } from '../../engine/service/cluster-service.ts';
import type { PauseDecision } from '../../store/events.ts';
import type { Pause, PauseStatus } from '../notifier/pause-status.ts';
import { block, buildMessage, buildReply, type Message } from './blocks.ts';
import { formatChapterLink } from './chapter-link.ts';
import { type Markdown, md } from './markdown.ts';
import { capitalize } from './operation-labels.ts';

type PauseButtonIds = Readonly<Record<PauseDecision, string>>;

/** Pause after a chapter: its phases, and buttons while the pause is open. */
export function renderChapterPause(
  view: RunView,
  { chapter }: Pause,
  status: PauseStatus,
  ids: PauseButtonIds,
): Message {
  const isOpen = status.kind === 'open';
  const icon = isOpen ? '✋' : '📖';
  const head = md`${icon} *${view.cluster}* · chapter ${chapter} completed: ${formatPhaseTitles(view, chapter)}`;
  return buildMessage(
    md`${icon} ${view.cluster}: ${isOpen ? 'paused after chapter' : 'completed chapter'} ${chapter}`,
    block.section(md.join([head, formatChapterLink(chapter)])),
    ...(isOpen
      ? buildPauseButtons(view, chapter, ids)
      : [
          block.section(formatPauseStatus(status)),
          block.context(md`${md.code(`/kthw status ${view.cluster}`)} shows the progress`),
        ]),
  );
}

/** Short form of an open pause, for `/kthw status`. */
export function buildPauseBlocks(view: RunView, ids: PauseButtonIds): KnownBlock[] {
  const { pausedAfterChapter: chapter } = view;
  if (chapter === undefined) return [];
  return [
    block.section(
      md.join([
        md`✋ *Paused after chapter ${chapter}*: ${formatPhaseTitles(view, chapter)}`,
        formatChapterLink(chapter),
      ]),
    ),
    ...buildPauseButtons(view, chapter, ids),
  ];
}

/** Ephemeral reply to a pause button. */
export function renderPauseResult(
  result: PauseResult,
  cluster: string | undefined,
): { readonly message: Message; readonly replaceOriginal?: boolean } {
  const statusHint =
    cluster === undefined
      ? md`${md.code('/kthw list')} shows all clusters`
      : md`${md.code(`/kthw status ${cluster}`)} shows the progress`;
  const renderReply = (text: Markdown) => buildReply(text, statusHint);
  if ('decided' in result)
    return {
      message: renderReply(md`${decisionIcons[result.decided]} ${confirmationTexts[result.decided]}`),
      replaceOriginal: true,
    };
  if ('notPaused' in result) return { message: renderReply(md`The run is no longer paused. No action taken.`) };
  const { alreadyDecided, decidedBy, decidedAt } = result;
  return {
    message: renderReply(
      md`Already ${decisionLabels[alreadyDecided]} by ${md.mention(decidedBy)} at ${md.timestamp(decidedAt)}. No action taken.`,
    ),
  };
}

const decisionIcons: Readonly<Record<PauseDecision, string>> = { continue: '▶️', continueToEnd: '⏩', stop: '⏹️' };
const decisionLabels: Readonly<Record<PauseDecision, string>> = {
  continue: 'continued',
  continueToEnd: 'continued without further pauses',
  stop: 'stopped',
};
const confirmationTexts: Readonly<Record<PauseDecision, string>> = {
  continue: 'Continuing. The run pauses again after the next chapter.',
  continueToEnd: 'Continuing without further pauses.',
  stop: 'Stopped. Existing resources are kept.',
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
      md`Anyone who can create clusters can continue. No time limit. After a stop, ${md.code(`/kthw resume ${cluster}`)} continues.`,
    ),
  ];
}

function formatPauseStatus(status: Exclude<PauseStatus, { kind: 'open' }>): Markdown {
  if (status.kind !== 'past')
    return md`${decisionIcons[status.kind]} ${capitalize(decisionLabels[status.kind])} by ${md.mention(status.actor)} at ${md.timestamp(status.at)}`;
  return status.actor
    ? md`${md.mention(status.actor)} resumed or cancelled the run from another message`
    : md`Ended without a response`;
}

function formatPhaseTitles({ phases }: RunView, chapter: number): string {
  const titles = phases.filter((phase) => phase.chapter === chapter).map(({ title }) => title);
  return titles.length > 0 ? titles.join(', ') : getChapter(chapter).title;
}
