import type { KnownBlock, ModalView, RichTextBlock } from '@slack/types';
import type { PhaseCommands, StepCommands } from '../../engine/service/phase-commands.ts';
import { block } from './blocks.ts';
import { formatChapterLink } from './chapter-link.ts';
import { formatCode, type Markdown, md } from './markdown.ts';

/** What a modal shows at once: all that fits, in whole parts where they fit. */
type Page = readonly KnownBlock[];

/** Characters of one piece of fixed width, and of a page: a person reads it, and Slack takes 250 kB and 100 blocks. */
const [maxPieceLength, maxPageLength, maxPageBlocks] = [2_800, 9_000, 60];
/** A file that is longer is shown in part. */
const maxScriptLength = 12_000;

interface PhaseCommandsModalState {
  readonly id: string;
  /** Comes back with a press. */
  readonly value: { readonly page: number };
  readonly phaseCommands: PhaseCommands | undefined;
}

/** What a person would have typed for a phase, a page at a time. */
export function renderPhaseCommandsModal({ id, value, phaseCommands }: PhaseCommandsModalState): ModalView {
  const pages = phaseCommands ? paginatePhaseCommands(phaseCommands) : [];
  const page = Math.min(Math.max(0, value.page), Math.max(0, pages.length - 1));
  const currentPage = pages[page];
  return buildModal(id, value, [
    ...(phaseCommands ? [block.section(formatHeading(phaseCommands))] : []),
    ...(currentPage ?? [block.section(md`There was nothing to type here`)]),
    ...(pages.length > 1 ? buildPageButtons(page, pages.length) : []),
  ]);
}

/** The same while it is being looked up. */
export function renderPhaseCommandsLoading({ id, value }: Pick<PhaseCommandsModalState, 'id' | 'value'>): ModalView {
  return buildModal(id, value, [block.section(md`⏳ Writing it down for this cluster …`)]);
}

/** Pure: blocks by page. */
function paginatePhaseCommands({ steps }: PhaseCommands): readonly Page[] {
  const pages: KnownBlock[][] = [];
  let remaining = 0;
  for (const one of steps.flatMap(buildStepBlocks)) {
    const last = pages.at(-1);
    const size = JSON.stringify(one).length;
    // A title stays with what follows it.
    const needed = one.type === 'section' ? size + maxPieceLength / 2 : size;
    if (last && needed <= remaining && last.length < maxPageBlocks) last.push(one);
    else pages.push([one]);
    remaining = (last && pages.at(-1) === last ? remaining : maxPageLength) - size;
  }
  return pages;
}

function buildModal(id: string, value: object, blocks: readonly KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: JSON.stringify(value),
    title: { type: 'plain_text', text: 'The hard way' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...blocks],
  };
}

function formatHeading({ cluster, title, chapter }: PhaseCommands): Markdown {
  return md`*${title}* of *${cluster}*, as a person would type it · ${formatChapterLink(chapter)}`;
}

function buildStepBlocks({ title, commands, commandOutput }: StepCommands): KnownBlock[] {
  const blocks: KnownBlock[] = [block.section(md`*${title}*`)];
  let currentHost: string | undefined | null = null;
  for (const { runsOn: host, script } of commands) {
    if (host !== currentHost)
      blocks.push(
        block.context(
          host === undefined ? md`On your machine` : md`On ${formatCode(host)}, as root (${formatCode('sudo -i')})`,
        ),
      );
    currentHost = host;
    blocks.push(...buildPreformattedBlocks(script));
  }
  if (commandOutput !== '') blocks.push(block.context(md`What came back`), ...buildPreformattedBlocks(commandOutput));
  else if (commands.length === 0) blocks.push(block.context(md`Nothing to type`));
  return blocks;
}

/** In pieces that end with a line. */
function buildPreformattedBlocks(text: string): KnownBlock[] {
  const visibleText =
    text.length > maxScriptLength ? `${text.slice(0, text.lastIndexOf('\n', maxScriptLength))}\n…` : text;
  const pieces: string[] = [];
  for (const line of visibleText.split('\n').flatMap(splitLongLine)) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= maxPieceLength) {
      pieces[pieces.length - 1] = `${last}\n${line}`;
    } else pieces.push(line);
  }
  const hiddenLines = text.slice(visibleText.length).split('\n').length;
  return [
    ...pieces.map(buildPreformattedBlock),
    ...(visibleText === text
      ? []
      : [block.context(md`It is shown in part: about ${hiddenLines} more lines of it are not here`)]),
  ];
}

/** A line that no piece would hold. */
function splitLongLine(line: string): string[] {
  return line.match(new RegExp(`.{1,${maxPieceLength}}`, 'g')) ?? [line];
}

/** Rich text: what stands there is what is copied, with no character that means something. */
function buildPreformattedBlock(text: string): RichTextBlock {
  return {
    type: 'rich_text',
    // A piece may begin with an empty line; Slack takes no empty text.
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: text === '' ? ' ' : text }] }],
  };
}

function buildPageButtons(page: number, pageCount: number): KnownBlock[] {
  const buildPageButton = (to: number, text: string): KnownBlock => ({
    ...block.actions(block.button(`phaseCommands.page.${to}`, text, { page: to })),
    block_id: `phaseCommands.page.${to}`,
  });
  return [
    block.context(md`Page ${page + 1} of ${pageCount}`),
    ...(page + 1 < pageCount ? [buildPageButton(page + 1, 'Next page')] : []),
    ...(page > 0 ? [buildPageButton(page - 1, 'Page before')] : []),
  ];
}
