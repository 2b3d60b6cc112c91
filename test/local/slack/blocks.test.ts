import { describe, expect, it } from 'vitest';
import { validateBlocks, validateView } from '../../../local/slack/blocks/validate-blocks.ts';

const of = (length: number) => 'x'.repeat(length);
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const times = (count: number, one: unknown) => Array.from({ length: count }, () => one);
const button = (more: object = {}) => ({ type: 'button', text: plain('b'), ...more });
const actions = (elements: unknown[]) => ({ type: 'actions', elements });
const select = (options: number, more: object = {}) => ({
  type: 'static_select',
  options: times(options, { text: plain('o'), value: 'v' }),
  ...more,
});
const confirm = (more: object) => ({
  title: plain('t'),
  text: plain('t'),
  confirm: plain('y'),
  deny: plain('n'),
  ...more,
});
const modal = (more: object) => ({ type: 'modal', title: plain('t'), blocks: [], ...more });
const input = (element: object) => ({ type: 'input', label: plain('l'), element });

describe('validateBlocks accepts the maximum and rejects one more', () => {
  it.each<[string, (n: number) => unknown[], number]>([
    ['blocks of a message', (n) => times(n, { type: 'divider' }), 50],
    ['text of a section', (n) => [section(of(n))], 3000],
    ['fields of a section', (n) => [{ type: 'section', fields: times(n, plain('f')) }], 10],
    ['text of a field', (n) => [{ type: 'section', fields: [plain(of(n))] }], 2000],
    ['text of a header', (n) => [{ type: 'header', text: plain(of(n)) }], 150],
    ['elements of a context', (n) => [{ type: 'context', elements: times(n, plain('c')) }], 10],
    ['elements of an actions block', (n) => [actions(times(n, button()))], 25],
    ['text of a button', (n) => [actions([button({ text: plain(of(n)) })])], 75],
    ['value of a button', (n) => [actions([button({ value: of(n) })])], 2000],
    ['URL of a button', (n) => [actions([button({ url: of(n) })])], 3000],
    ['id of a block', (n) => [{ type: 'divider', block_id: of(n) }], 255],
    ['id of an action', (n) => [actions([button({ action_id: of(n) })])], 255],
    ['options of a select', (n) => [actions([select(n)])], 100],
    ['options of checkboxes', (n) => [actions([{ ...select(n), type: 'checkboxes' }])], 10],
    ['options of an overflow menu', (n) => [actions([{ ...select(n), type: 'overflow' }])], 5],
    ['title of a confirmation', (n) => [actions([button({ confirm: confirm({ title: plain(of(n)) }) })])], 100],
    ['text of a confirmation', (n) => [actions([button({ confirm: confirm({ text: plain(of(n)) }) })])], 300],
    ['button of a confirmation', (n) => [actions([button({ confirm: confirm({ deny: plain(of(n)) }) })])], 30],
    ['alternative text of an image', (n) => [{ type: 'image', image_url: 'u', alt_text: of(n) }], 2000],
    ['text of a markdown block', (n) => [{ type: 'markdown', text: of(n) }], 12_000],
    ['longest input', (n) => [input({ type: 'plain_text_input', max_length: n })], 3000],
    ['rows of a table', (n) => [{ type: 'table', rows: times(n, [{}]) }], 100],
  ])('%s', (_case, build, limit) => {
    expect(validateBlocks(build(limit))).toEqual([]);
    expect(validateBlocks(build(limit + 1))).toHaveLength(1);
  });

  it.each<[string, (n: number) => object, number]>([
    ['blocks of a modal', (n) => modal({ blocks: times(n, { type: 'divider' }) }), 100],
    ['title of a modal', (n) => modal({ title: plain(of(n)) }), 24],
    ['submit button of a modal', (n) => modal({ submit: plain(of(n)) }), 24],
    ['private metadata', (n) => modal({ private_metadata: of(n) }), 3000],
    ['callback id', (n) => modal({ callback_id: of(n) }), 255],
  ])('%s', (_case, build, limit) => {
    expect(validateView(build(limit))).toEqual([]);
    expect(validateView(build(limit + 1))).toHaveLength(1);
  });
});

describe('validateBlocks rejects', () => {
  it.each<[string, unknown, string]>([
    ['an unknown type', [{ type: 'nope' }], 'unsupported type [json-pointer:/blocks/0/type]'],
    [
      'an unknown field',
      [{ type: 'divider', colour: 1 }],
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    ['an empty section', [{ type: 'section' }], 'missing required field: text [json-pointer:/blocks/0]'],
    ['an empty text', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    [
      'mrkdwn in a header',
      [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
      'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
    ],
    [
      'a text that is not an object',
      [{ type: 'header', text: 'x' }],
      'must be an object [json-pointer:/blocks/0/text]',
    ],
    [
      'a button with an unknown style',
      [actions([button({ style: 'loud' })])],
      'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'an input element outside an input',
      [actions([{ type: 'plain_text_input' }])],
      'unsupported type [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'one block id twice',
      times(2, { type: 'divider', block_id: 'a' }),
      '`block_id` must be unique: a [json-pointer:/blocks/1/block_id]',
    ],
    [
      'one action id twice in a block',
      [actions(times(2, button({ action_id: 'a' })))],
      '`action_id` must be unique within its block: a [json-pointer:/blocks/0/elements]',
    ],
    ['a value that is not an array', 'x', 'must be an array [json-pointer:/blocks]'],
  ])('%s', (_case, blocks, issue) => {
    expect(validateBlocks(blocks)).toEqual([issue]);
  });

  it('a modal with inputs but without a submit button', () => {
    const blocks = [input({ type: 'plain_text_input' })];
    expect(validateView(modal({ blocks }))).toEqual(['missing required field: submit [json-pointer:/view]']);
    expect(validateView(modal({ blocks, submit: plain('Go') }))).toEqual([]);
  });

  it('markdown blocks whose total length exceeds the limit', () => {
    expect(validateBlocks(times(2, { type: 'markdown', text: of(6001) }))).toHaveLength(1);
  });
});

it('accepts equal action ids in different blocks', () => {
  expect(validateBlocks([actions([button({ action_id: 'a' })]), actions([button({ action_id: 'a' })])])).toEqual([]);
});
