import { control } from './controls.js';
import { h } from './dom.js';
import { richText } from './rich-text.js';
import { mrkdwn, textObject } from './text.js';

/**
 * Renders blocks.
 * @param {object[]} blocks
 * @param {object} context `names`; `onAction(block, element, value)`; for modals also `entered` and `errors`
 */
export function renderBlocks(blocks, context) {
  return blocks.map((block) => h(`div.block.block-${cssName(block.type)}`, {}, renderBlock(block, context)));
}

function renderBlock(block, context) {
  switch (block.type) {
    case 'header':
      return h('h3.block-title', {}, textObject(block.text, context.names));
    case 'section':
      return section(block, context);
    case 'context':
      return block.elements.map((one) =>
        one.type === 'image' ? image(one, 'context-image') : h('span', {}, textObject(one, context.names)),
      );
    case 'divider':
      return h('hr');
    case 'actions':
      return block.elements.map((one) => control(block, one, context));
    case 'image':
      return [block.title && h('div.muted', {}, textObject(block.title, context.names)), image(block, 'block-picture')];
    case 'input':
      return input(block, context);
    case 'markdown':
      return h('div', {}, mrkdwn(fromMarkdown(block.text), context.names));
    case 'rich_text':
      return richText(block.elements, context.names);
    case 'table':
      return table(block, context);
    default:
      return h('em.muted', {}, `(a block of type "${block.type}", which this page does not draw)`);
  }
}

function section(block, context) {
  const fields = block.fields?.map((field) => h('div.field', {}, textObject(field, context.names)));
  return [
    h(
      'div.section-body',
      {},
      block.text && h('div', {}, textObject(block.text, context.names)),
      fields && h('div.fields', {}, fields),
    ),
    block.accessory && h('div.accessory', {}, accessory(block, context)),
  ];
}

function accessory(block, context) {
  const { accessory: one } = block;
  return one.type === 'image' ? image(one, 'accessory-image') : control(block, one, context);
}

function input(block, context) {
  const error = context.errors?.[block.block_id];
  return [
    h('div.label', {}, textObject(block.label, context.names), block.optional && h('span.muted', {}, ' (optional)')),
    control(block, block.element, context),
    block.hint && h('div.hint', {}, textObject(block.hint, context.names)),
    error && h('div.field-error', { role: 'alert' }, error),
  ];
}

function image(one, className) {
  if (!one.image_url) return h('em.muted', {}, one.alt_text);
  return h('img', { src: one.image_url, alt: one.alt_text, title: one.alt_text, className, loading: 'lazy' });
}

function table(block, context) {
  const cell = (one) => (one.type === 'rich_text' ? richText(one.elements, context.names) : (one.text ?? ''));
  return h(
    'table',
    {},
    block.rows.map((row) =>
      h(
        'tr',
        {},
        row.map((one) => h('td', {}, cell(one))),
      ),
    ),
  );
}

/** The little of Markdown that differs from mrkdwn, rewritten as mrkdwn. */
function fromMarkdown(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/^> /gm, '&gt; ')
    .replace(/^#{1,6} +(.*)$/gm, '**$1**')
    .replace(/^(\s*)[-*] /gm, '$1• ')
    .replace(/(?<!\*)\*([^*\n]+)\*(?!\*)/g, '_$1_')
    .replace(/\*\*([^*\n]+)\*\*/g, '*$1*')
    .replace(/\[([^\]\n]+)\]\(([^)\s]+)\)/g, '<$2|$1>');
}

function cssName(type) {
  return type.replace(/[^a-z]/g, '-');
}
