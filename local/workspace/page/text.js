import { h, safeUrl } from './dom.js';
import { emojiOf } from './emoji.js';
import { parseMrkdwn } from './mrkdwn.js';

/** @param {{type: string, text: string}} object a text object of Block Kit */
export function textObject(object, names) {
  if (object.type === 'mrkdwn') return mrkdwn(object.text, names);
  return object.text.split(/(:[a-z0-9_+-]+:)/).map((part) => emojiText(part));
}

/** Slack's mrkdwn as elements. `names` finds people, channels and groups by id. */
export function mrkdwn(text, names) {
  return parseMrkdwn(text).map((node) => element(node, names));
}

function emojiText(part) {
  return /^:[a-z0-9_+-]+:$/.test(part) ? emojiOf(part.slice(1, -1)) : part;
}

function element(node, names) {
  const inside = () => node.children.map((one) => element(one, names));
  switch (node.type) {
    case 'bold':
      return h('strong', {}, inside());
    case 'italic':
      return h('em', {}, inside());
    case 'strike':
      return h('s', {}, inside());
    case 'quote':
      return h('blockquote', {}, inside());
    case 'code':
      return h('code', {}, node.text);
    case 'pre':
      return h('pre', {}, node.text);
    case 'break':
      return h('br');
    case 'emoji':
      return emojiOf(node.name);
    case 'link':
      return link(node.url, node.text);
    case 'user':
      return h('span.mention', {}, `@${names.person(node.id)?.name ?? node.text ?? node.id}`);
    case 'channel':
      return h('span.mention', {}, `#${names.channel(node.id)?.name ?? node.text ?? node.id}`);
    case 'group':
      return h('span.mention', {}, node.text ?? `@${names.group(node.id)?.handle ?? node.id}`);
    case 'broadcast':
      return h('span.mention', {}, `@${node.name}`);
    case 'date':
      return h('time', { title: new Date(node.seconds * 1000).toISOString() }, dateText(node));
    default:
      return node.text;
  }
}

/** A link, or plain text when its kind is not a safe one. */
export function link(url, text) {
  const href = safeUrl(url);
  return href ? h('a', { href, target: '_blank', rel: 'noreferrer noopener' }, text) : text;
}

function dateText({ seconds, format, text }) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return text;
  const day = date.toLocaleDateString(undefined, { dateStyle: 'long' });
  const parts = {
    date_num: date.toLocaleDateString(),
    date: day,
    date_short: date.toLocaleDateString(undefined, { dateStyle: 'medium' }),
    date_long: date.toLocaleDateString(undefined, { dateStyle: 'full' }),
    date_pretty: day,
    date_short_pretty: day,
    date_long_pretty: day,
    time: date.toLocaleTimeString(undefined, { timeStyle: 'short' }),
    time_secs: date.toLocaleTimeString(),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
}
