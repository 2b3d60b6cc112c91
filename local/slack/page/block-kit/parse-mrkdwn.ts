/** A node of parsed Slack mrkdwn. This module does not depend on React, so unit tests can import it. */
export type MrkdwnNode =
  | { type: 'text' | 'code' | 'pre'; text: string }
  | { type: 'break' }
  | { type: TextStyle; children: MrkdwnNode[] }
  | { type: 'quote'; children: MrkdwnNode[] }
  | { type: 'emoji' | 'broadcast'; name: string }
  | { type: 'link'; url: string; text: string }
  | { type: 'user' | 'channel' | 'group'; id: string; text?: string | undefined }
  | { type: 'date'; seconds: number; format: string; text: string };

export type TextStyle = 'bold' | 'italic' | 'strike';

const stylesByMark: Readonly<Record<string, TextStyle>> = { '*': 'bold', _: 'italic', '~': 'strike' };
const inlinePattern =
  /<([^<>\n]+)>|`([^`\n]+)`|(?<![A-Za-z0-9]):([a-z_+-][a-z0-9_+'-]*|100|1234):|(?<![A-Za-z0-9])([*_~])(?=\S)(.+?)(?<=\S)\4(?![A-Za-z0-9])/g;

/** Parses Slack's mrkdwn. @param text in API form: `&`, `<` and `>` escaped */
export function parseMrkdwn(text: string): MrkdwnNode[] {
  return text.split(/```\n?([\s\S]*?)\n?```/).flatMap((part, index): MrkdwnNode[] => {
    if (index % 2 === 1) return [{ type: 'pre', text: unescapeText(part) }];
    return part === '' ? [] : parseLines(part);
  });
}

/** Decodes `&amp;`, `&lt;` and `&gt;`. */
function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function parseLines(text: string): MrkdwnNode[] {
  const nodes: MrkdwnNode[] = [];
  for (const line of text.replace(/^\n/, '').split('\n')) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    const last = nodes.at(-1);
    if (quote) {
      const children = parseInline(quote[1] ?? '');
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

function parseInline(text: string): MrkdwnNode[] {
  const nodes: MrkdwnNode[] = [];
  let position = 0;
  for (const match of text.matchAll(inlinePattern)) {
    if (match.index > position) nodes.push({ type: 'text', text: unescapeText(text.slice(position, match.index)) });
    position = match.index + match[0].length;
    const [whole, bracketed, code, emoji, mark = '', styledText = ''] = match;
    if (bracketed) nodes.push(parseBracketed(bracketed, whole));
    else if (code) nodes.push({ type: 'code', text: unescapeText(code) });
    else if (emoji) nodes.push({ type: 'emoji', name: emoji });
    else nodes.push({ type: stylesByMark[mark] ?? 'bold', children: parseInline(styledText) });
  }
  if (position < text.length) nodes.push({ type: 'text', text: unescapeText(text.slice(position)) });
  return nodes;
}

function parseBracketed(content: string, whole: string): MrkdwnNode {
  const [target = '', label] = content.split('|', 2);
  const labelText = label === undefined ? undefined : unescapeText(label);
  if (target.startsWith('@')) return { type: 'user', id: target.slice(1), text: labelText };
  if (target.startsWith('#')) return { type: 'channel', id: target.slice(1), text: labelText };
  if (target.startsWith('!date^')) return parseDate(target, labelText);
  if (target.startsWith('!subteam^')) return { type: 'group', id: target.slice(9), text: labelText };
  if (target.startsWith('!')) return { type: 'broadcast', name: target.slice(1) };
  const url = unescapeText(target);
  if (isSafeUrl(url)) return { type: 'link', url, text: labelText ?? url.replace(/^mailto:/, '') };
  return { type: 'text', text: unescapeText(whole) };
}

/** Whether a URL is a web or mail link, and so cannot run code. */
export function isSafeUrl(url: string): boolean {
  return /^(https?:|mailto:)/i.test(url);
}

function parseDate(target: string, fallback = ''): MrkdwnNode {
  const [, seconds, format = '{date_num} {time}'] = target.split('^');
  return { type: 'date', seconds: Number(seconds), format, text: fallback };
}
