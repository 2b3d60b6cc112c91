import type { Text } from './block-kit-types.ts';
import { type MrkdwnNode, parseMrkdwn, type TextStyle } from './parse-mrkdwn.ts';

type InlineStyles = Partial<Record<TextStyle | 'code', boolean>>;
type InlineElement = { readonly type: string; readonly [field: string]: unknown };

/**
 * A `rich_text` block. The block library's own mrkdwn parser misreads `*` in code and `:30:` in times,
 * so the library only receives parsed text.
 */
export interface RichText {
  readonly type: 'rich_text';
  readonly elements: { readonly type: string; readonly elements: readonly InlineElement[] }[];
}

/** Converts a text object to rich text. */
export function toRichText({ type, text }: Text): RichText {
  const nodes = type === 'mrkdwn' ? parseMrkdwn(text) : parsePlainText(text);
  const elements: RichText['elements'] = [];
  let line: InlineElement[] = [];
  const flush = () => {
    if (line.length > 0) elements.push({ type: 'rich_text_section', elements: line });
    line = [];
  };
  for (const node of nodes) {
    if (node.type !== 'pre' && node.type !== 'quote') {
      line.push(...toInlineElements(node, {}));
      continue;
    }
    flush();
    const type = node.type === 'pre' ? 'rich_text_preformatted' : 'rich_text_quote';
    elements.push({ type, elements: toInlineElements(node, {}) });
  }
  flush();
  return { type: 'rich_text', elements };
}

/** Plain text supports only emoji. */
function parsePlainText(text: string): MrkdwnNode[] {
  return text
    .split(/(?<![A-Za-z0-9]):([a-z_+-][a-z0-9_+'-]*):/)
    .map((part, index) => (index % 2 === 1 ? { type: 'emoji', name: part } : { type: 'text', text: part }));
}

function toInlineElements(node: MrkdwnNode, style: InlineStyles): InlineElement[] {
  switch (node.type) {
    case 'bold':
    case 'italic':
    case 'strike':
      return node.children.flatMap((child) => toInlineElements(child, { ...style, [node.type]: true }));
    case 'quote':
      return node.children.flatMap((child) => toInlineElements(child, style));
    case 'break':
      return [{ type: 'text', text: '\n' }];
    case 'code':
      return [{ type: 'text', text: node.text, style: { ...style, code: true } }];
    case 'text':
    case 'pre':
      return node.text === '' ? [] : [{ type: 'text', text: node.text, style }];
    case 'emoji':
      return [{ type: 'emoji', name: node.name }];
    case 'broadcast':
      return [{ type: 'broadcast', range: node.name }];
    case 'link':
      return [{ type: 'link', url: node.url, text: node.text, style }];
    case 'user':
      return [{ type: 'user', user_id: node.id, style }];
    case 'channel':
      return [{ type: 'channel', channel_id: node.id, style }];
    case 'group':
      return [{ type: 'usergroup', usergroup_id: node.id, style }];
    case 'date':
      return [{ type: 'date', timestamp: node.seconds, format: node.format, fallback: node.text }];
    default:
      return node satisfies never;
  }
}
