import { h } from './dom.js';
import { emojiOf } from './emoji.js';
import { link } from './text.js';

/** Renders the elements of a `rich_text` block. */
export function richText(elements, names) {
  return elements.map((one) => {
    switch (one.type) {
      case 'rich_text_list': {
        const items = one.elements.map((item) => h('li', {}, inlines(item.elements, names)));
        return h(one.style === 'ordered' ? 'ol' : 'ul', {}, items);
      }
      case 'rich_text_preformatted':
        return h('pre', {}, inlines(one.elements, names));
      case 'rich_text_quote':
        return h('blockquote', {}, inlines(one.elements, names));
      default:
        return h('div.rich-section', {}, inlines(one.elements ?? [], names));
    }
  });
}

function inlines(elements, names) {
  return elements.map((one) => styled(one.style, content(one, names)));
}

function content(one, names) {
  switch (one.type) {
    case 'link':
      return link(one.url, one.text ?? one.url);
    case 'user':
      return h('span.mention', {}, `@${names.person(one.user_id)?.name ?? one.user_id}`);
    case 'channel':
      return h('span.mention', {}, `#${names.channel(one.channel_id)?.name ?? one.channel_id}`);
    case 'emoji':
      return emojiOf(one.name);
    case 'broadcast':
      return h('span.mention', {}, `@${one.range}`);
    default:
      return one.text ?? '';
  }
}

function styled(style = {}, inside) {
  let node = inside;
  if (style.code) node = h('code', {}, node);
  if (style.bold) node = h('strong', {}, node);
  if (style.italic) node = h('em', {}, node);
  if (style.strike) node = h('s', {}, node);
  return node;
}
