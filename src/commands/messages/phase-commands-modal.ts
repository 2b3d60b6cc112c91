import type { KnownBlock, ModalView, RichTextBlock } from '@slack/types';
import type { HardWay, HardWayPart } from '../../engine/manual/phase-commands.ts';
import { block } from './blocks.ts';
import { chapterLink } from './chapter-link.ts';
import { code, type Markdown, md } from './markdown.ts';

/** What a modal shows at once: all that fits, in whole parts where they fit. */
type Page = readonly KnownBlock[];

/** Characters of one piece of fixed width, and of a page: a person reads it, and Slack takes 250 kB and 100 blocks. */
const [longestPiece, longestPage, mostBlocks] = [2_800, 9_000, 60];
/** A file that is longer is shown in part. */
const longestScript = 12_000;

interface Shown {
  readonly id: string;
  /** Comes back with a press. */
  readonly value: { readonly page: number };
  readonly hardWay: HardWay | undefined;
}

/** What a person would have typed for a phase, a page at a time. */
export function hardWayModal({ id, value, hardWay }: Shown): ModalView {
  const pages = hardWay ? hardWayPages(hardWay) : [];
  const page = Math.min(Math.max(0, value.page), Math.max(0, pages.length - 1));
  const shown = pages[page];
  return modal(id, value, [
    ...(hardWay ? [block.section(head(hardWay))] : []),
    ...(shown ?? [block.section(md`There was nothing to type here`)]),
    ...(pages.length > 1 ? turning(page, pages.length) : []),
  ]);
}

/** The same while it is being looked up. */
export function hardWayComing({ id, value }: Pick<Shown, 'id' | 'value'>): ModalView {
  return modal(id, value, [block.section(md`⏳ Writing it down for this cluster …`)]);
}

/** Pure: blocks by page. */
function hardWayPages({ parts }: HardWay): readonly Page[] {
  const pages: KnownBlock[][] = [];
  let left = 0;
  for (const one of parts.flatMap(blocksOf)) {
    const last = pages.at(-1);
    const size = JSON.stringify(one).length;
    // A title stays with what follows it.
    const needed = one.type === 'section' ? size + longestPiece / 2 : size;
    if (last && needed <= left && last.length < mostBlocks) last.push(one);
    else pages.push([one]);
    left = (last && pages.at(-1) === last ? left : longestPage) - size;
  }
  return pages;
}

function modal(id: string, value: object, blocks: readonly KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    private_metadata: JSON.stringify(value),
    title: { type: 'plain_text', text: 'The hard way' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...blocks],
  };
}

function head({ cluster, title, chapter }: HardWay): Markdown {
  return md`*${title}* of *${cluster}*, as a person would type it · ${chapterLink(chapter)}`;
}

function blocksOf({ title, typed, saw }: HardWayPart): KnownBlock[] {
  const blocks: KnownBlock[] = [block.section(md`*${title}*`)];
  let on: string | undefined | null = null;
  for (const { on: where, script } of typed) {
    if (where !== on)
      blocks.push(
        block.note(where === undefined ? md`On your machine` : md`On ${code(where)}, as root (${code('sudo -i')})`),
      );
    on = where;
    blocks.push(...fixed(script));
  }
  if (saw !== '') blocks.push(block.note(md`What came back`), ...fixed(saw));
  else if (typed.length === 0) blocks.push(block.note(md`Nothing to type`));
  return blocks;
}

/** In pieces that end with a line. */
function fixed(text: string): KnownBlock[] {
  const whole = text.length > longestScript ? `${text.slice(0, text.lastIndexOf('\n', longestScript))}\n…` : text;
  const pieces: string[] = [];
  for (const line of whole.split('\n').flatMap(short)) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= longestPiece) {
      pieces[pieces.length - 1] = `${last}\n${line}`;
    } else pieces.push(line);
  }
  const left = text.slice(whole.length).split('\n').length;
  return [
    ...pieces.map(preformatted),
    ...(whole === text ? [] : [block.note(md`It is shown in part: about ${left} more lines of it are not here`)]),
  ];
}

/** A line that no piece would hold. */
function short(line: string): string[] {
  return line.match(new RegExp(`.{1,${longestPiece}}`, 'g')) ?? [line];
}

/** Rich text: what stands there is what is copied, with no character that means something. */
function preformatted(text: string): RichTextBlock {
  return {
    type: 'rich_text',
    // A piece may begin with an empty line; Slack takes no empty text.
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: text === '' ? ' ' : text }] }],
  };
}

function turning(page: number, of: number): KnownBlock[] {
  const turn = (to: number, text: string): KnownBlock => ({
    ...block.buttons(block.button(`hardWay.page.${to}`, text, { page: to })),
    block_id: `page-${to}`,
  });
  return [
    block.note(md`Page ${page + 1} of ${of}`),
    ...(page + 1 < of ? [turn(page + 1, 'Next page')] : []),
    ...(page > 0 ? [turn(page - 1, 'Page before')] : []),
  ];
}
