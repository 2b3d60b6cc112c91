import { renderBlocks } from './blocks.js';
import { h } from './dom.js';
import { emojiOf } from './emoji.js';
import { renderFile } from './file.js';
import { mrkdwn } from './text.js';

/**
 * One message.
 * @param message as the API shows it
 * @param {object} context `me`, `names`, `onAction(message, block, element, value, from)`, `onThread(ts)`
 * @param {{compact?: boolean, inThread?: boolean}} how
 */
export function renderMessage(message, context, how = {}) {
  const person = context.names.person(message.user);
  const side = how.compact ? h('span.side-time', {}, clock(message.ts)) : avatar(person);
  const classes = ['message', how.compact && 'compact', message.is_ephemeral && 'ephemeral'].filter(Boolean);
  return h(
    'article',
    { className: classes.join(' '), 'data-ts': message.ts },
    h('div.side', {}, side),
    h('div.content', {}, !how.compact && head(message, person), content(message, context), foot(message, context, how)),
  );
}

function head(message, person) {
  const full = new Date(Number(message.ts) * 1000);
  return h(
    'div.message-head',
    {},
    h('strong', {}, person?.realName ?? message.user),
    person?.isBot && h('span.badge', {}, 'APP'),
    h('time', { title: full.toLocaleString(), dateTime: full.toISOString() }, clock(message.ts)),
  );
}

function content(message, context) {
  const { names } = context;
  const onAction = (block, element, value, from) => context.onAction(message, block, element, value, from);
  const blocks = message.blocks ? renderBlocks(message.blocks, { names, onAction }) : undefined;
  const edited = message.edited && h('span.muted.small', {}, ' (edited)');
  const attachments = message.attachments?.map((one) =>
    h(
      'div.attachment',
      {},
      one.blocks ? renderBlocks(one.blocks, { names, onAction }) : mrkdwn(one.text ?? one.fallback ?? '', names),
    ),
  );
  return [
    message.is_ephemeral && h('div.only-you', {}, '👁 Only visible to you'),
    blocks ? h('div.blocks', {}, blocks, edited) : h('div.text', {}, mrkdwn(message.text, names), edited),
    attachments,
    message.files?.map((file) => renderFile(file, context.me.id)),
  ];
}

function foot(message, context, { inThread }) {
  const reactions = message.reactions?.map((one) => h('span.reaction', {}, `${emojiOf(one.name)} ${one.count}`));
  const replies = message.reply_count && !inThread && threadLink(message, context);
  const start = !message.is_ephemeral && !inThread && !message.thread_ts;
  const reply =
    start && h('button.reply', { type: 'button', onclick: () => context.onThread(message.ts) }, 'Reply in thread');
  return [reactions && h('div.reactions', {}, reactions), replies, reply];
}

function threadLink(message, context) {
  const count = message.reply_count;
  return h(
    'button.thread-link',
    { type: 'button', onclick: () => context.onThread(message.ts) },
    message.reply_users.slice(0, 4).map((id) => avatar(context.names.person(id), 'small')),
    h('strong', {}, `${count} ${count === 1 ? 'reply' : 'replies'}`),
    h('span.muted', {}, `last at ${clock(message.latest_reply)}`),
  );
}

/** A coloured square with a person's initials. */
export function avatar(person, size = '') {
  const name = person?.realName ?? '?';
  const initials = name
    .split(' ')
    .map((word) => word[0])
    .join('')
    .slice(0, 2)
    .toUpperCase();
  const hue = [...(person?.id ?? '')].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return h(`span.avatar.hue-${person?.isBot ? 'bot' : hue}`, { 'aria-hidden': 'true', 'data-size': size }, initials);
}

/** The time of day of a message. */
export function clock(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
