import type { KnownBlock, ModalView, RichTextBlock } from '@slack/types';
import type { PhaseCommands, StepCommands } from '../../engine/service/phase-commands.ts';
import { block } from './blocks.ts';
import { formatChapterLink } from './chapter-link.ts';
import { formatCount } from './count.ts';
import { type Markdown, md } from './markdown.ts';

type Page = readonly KnownBlock[];

/** Characters per code block, and characters and blocks per page. Slack's limits are 250 kB and 100 blocks. */
const [maxPieceLength, maxPageLength, maxPageBlocks] = [2_800, 9_000, 60];
/** Longer scripts are truncated. */
const maxScriptLength = 12_000;

interface PhaseCommandsModalState {
  readonly id: string;
  /** Returned with every button click. */
  readonly value: { readonly page: number };
  readonly phaseCommands: PhaseCommands | undefined;
}

/** Equivalent manual commands of a phase, one page at a time. */
export function renderPhaseCommandsModal({ id, value, phaseCommands }: PhaseCommandsModalState): ModalView {
  const pages = phaseCommands ? paginatePhaseCommands(phaseCommands) : [];
  const page = Math.min(Math.max(0, value.page), Math.max(0, pages.length - 1));
  const currentPage = pages[page];
  return buildModal(id, value, [
    ...(phaseCommands ? [block.section(formatHeading(phaseCommands))] : []),
    ...(currentPage ?? [block.section(md`This phase has no manual steps`)]),
    ...(pages.length > 1 ? buildPageButtons(page, pages.length) : []),
  ]);
}

export function renderPhaseCommandsLoading({ id, value }: Pick<PhaseCommandsModalState, 'id' | 'value'>): ModalView {
  return buildModal(id, value, [block.section(md`⏳ Preparing …`)]);
}

function paginatePhaseCommands({ steps }: PhaseCommands): readonly Page[] {
  const pages: KnownBlock[][] = [];
  let remaining = 0;
  for (const one of steps.flatMap(buildStepBlocks)) {
    const last = pages.at(-1);
    const size = JSON.stringify(one).length;
    // Keeps a title on the page of its first code block.
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
    title: { type: 'plain_text', text: 'Manual steps' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...blocks],
  };
}

function formatHeading({ cluster, title, chapter }: PhaseCommands): Markdown {
  return md`Manual steps for *${title}* of *${cluster}* · ${formatChapterLink(chapter)}`;
}

function buildStepBlocks({ title, commands, commandOutput }: StepCommands): KnownBlock[] {
  const blocks: KnownBlock[] = [block.section(md`*${title}*`)];
  let currentHost: string | undefined | null = null;
  for (const { runsOn: host, script } of commands) {
    if (host !== currentHost)
      blocks.push(
        block.context(
          host === undefined ? md`On your workstation` : md`On ${md.code(host)}, as root (${md.code('sudo -i')})`,
        ),
      );
    currentHost = host;
    blocks.push(...buildPreformattedBlocks(script));
  }
  if (commandOutput !== '') blocks.push(block.context(md`Output`), ...buildPreformattedBlocks(commandOutput));
  else if (commands.length === 0) blocks.push(block.context(md`No manual steps`));
  return blocks;
}

/** Splits at line ends. */
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
      : [block.context(md`Truncated: about ${formatCount(hiddenLines, 'more line')} not shown`)]),
  ];
}

function splitLongLine(line: string): string[] {
  return line.match(new RegExp(`.{1,${maxPieceLength}}`, 'g')) ?? [line];
}

/** Rich text has no markup characters, so commands are copied verbatim. */
function buildPreformattedBlock(text: string): RichTextBlock {
  return {
    type: 'rich_text',
    // Slack rejects an empty text.
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
    ...(page > 0 ? [buildPageButton(page - 1, 'Previous page')] : []),
  ];
}
