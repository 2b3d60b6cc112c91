import { h } from './dom.js';
import { renderMessage } from './message.js';

const gapSec = 300;

/** A list of messages that keeps the elements of those that did not change, and stays at the end when it was there. */
export class MessageList {
  #root;
  #context;
  #inThread;
  #kept = new Map();

  constructor(root, context, inThread = false) {
    this.#root = root;
    this.#context = context;
    this.#inThread = inThread;
  }

  show(messages, empty) {
    const root = this.#root;
    const atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 60;
    const kept = new Map();
    const nodes = [];
    for (const [index, message] of messages.entries()) {
      const previous = messages[index - 1];
      if (!this.#inThread && day(previous) !== day(message)) nodes.push(h('div.day', {}, h('span', {}, day(message))));
      const compact = previous !== undefined && day(previous) === day(message) && follows(previous, message);
      const key = JSON.stringify([message, compact]);
      const node = this.#kept.get(key) ?? renderMessage(message, this.#context, { compact, inThread: this.#inThread });
      kept.set(key, node);
      nodes.push(node);
      if (this.#inThread && index === 0 && messages.length > 1) {
        nodes.push(h('div.day', {}, h('span', {}, counted(messages.slice(1)))));
      }
    }
    this.#kept = kept;
    root.replaceChildren(...(nodes.length > 0 ? nodes : [h('p.empty', {}, empty)]));
    if (atEnd) root.scrollTop = root.scrollHeight;
  }

  toEnd() {
    this.#root.scrollTop = this.#root.scrollHeight;
  }
}

function counted(replies) {
  const count = replies.filter((one) => !one.is_ephemeral).length;
  return count === 1 ? '1 reply' : `${count} replies`;
}

function follows(previous, message) {
  const near = Number(message.ts) - Number(previous.ts) < gapSec;
  return (
    near && previous.user === message.user && !previous.reply_count && previous.is_ephemeral === message.is_ephemeral
  );
}

function day(message) {
  if (!message) return '';
  return new Date(Number(message.ts) * 1000).toLocaleDateString(undefined, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  });
}
