/** Slack's mrkdwn, read. It knows nothing of a page, so that it can be tested anywhere. */
export type Node =
  | { type: 'text' | 'code' | 'pre'; text: string }
  | { type: 'break' }
  | { type: Style; children: Node[] }
  | { type: 'quote'; children: Node[] }
  | { type: 'emoji' | 'broadcast'; name: string }
  | { type: 'link'; url: string; text: string }
  | { type: 'user' | 'channel' | 'group'; id: string; text?: string | undefined }
  | { type: 'date'; seconds: number; format: string; text: string };

export type Style = 'bold' | 'italic' | 'strike';

const marks: Readonly<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'strike' };
const inline =
  /<([^<>\n]+)>|`([^`\n]+)`|(?<![A-Za-z0-9]):([a-z_+-][a-z0-9_+'-]*|100|1234):|(?<![A-Za-z0-9])([*_~])(?=\S)(.+?)(?<=\S)\4(?![A-Za-z0-9])/g;

/** @param text as the API carries it: `&`, `<` and `>` escaped */
export function parseMrkdwn(text: string): Node[] {
  return text.split(/```\n?([\s\S]*?)\n?```/).flatMap((part, index): Node[] => {
    if (index % 2 === 1) return [{ type: 'pre', text: plain(part) }];
    return part === '' ? [] : parseLines(part);
  });
}

/** Turns the escapes back into the characters they stand for. */
function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function parseLines(text: string): Node[] {
  const nodes: Node[] = [];
  for (const line of text.replace(/^\n/, '').split('\n')) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    const last = nodes.at(-1);
    if (quoted) {
      const children = parseInline(quoted[1] ?? '');
      if (last?.type === 'quote') last.children.push({ type: 'break' }, ...children);
      else nodes.push({ type: 'quote', children });
      continue;
    }
    if (last && last.type !== 'quote') nodes.push({ type: 'break' });
    nodes.push(...parseInline(line));
    if (line === '') nodes.push({ type: 'text', text: '' });
  }
  return nodes;
}

function parseInline(text: string): Node[] {
  const nodes: Node[] = [];
  let from = 0;
  for (const found of text.matchAll(inline)) {
    if (found.index > from) nodes.push({ type: 'text', text: plain(text.slice(from, found.index)) });
    from = found.index + found[0].length;
    const [whole, angled, code, emoji, mark = '', marked = ''] = found;
    if (angled) nodes.push(parseAngled(angled, whole));
    else if (code) nodes.push({ type: 'code', text: plain(code) });
    else if (emoji) nodes.push({ type: 'emoji', name: emoji });
    else nodes.push({ type: marks[mark] ?? 'bold', children: parseInline(marked) });
  }
  if (from < text.length) nodes.push({ type: 'text', text: plain(text.slice(from)) });
  return nodes;
}

function parseAngled(inside: string, whole: string): Node {
  const [target = '', label] = inside.split('|', 2);
  const named = label === undefined ? undefined : plain(label);
  if (target.startsWith('@')) return { type: 'user', id: target.slice(1), text: named };
  if (target.startsWith('#')) return { type: 'channel', id: target.slice(1), text: named };
  if (target.startsWith('!date^')) return parseDate(target, named);
  if (target.startsWith('!subteam^')) return { type: 'group', id: target.slice(9), text: named };
  if (target.startsWith('!')) return { type: 'broadcast', name: target.slice(1) };
  const url = plain(target);
  if (isSafeUrl(url)) return { type: 'link', url, text: named ?? url.replace(/^mailto:/, '') };
  return { type: 'text', text: plain(whole) };
}

/** Whether a link leads to a page or a letter, and runs nothing. */
export function isSafeUrl(url: string): boolean {
  return /^(https?:|mailto:)/i.test(url);
}

function parseDate(target: string, fallback = ''): Node {
  const [, seconds, format = '{date_num} {time}'] = target.split('^');
  return { type: 'date', seconds: Number(seconds), format, text: fallback };
}
