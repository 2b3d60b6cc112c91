import { h } from './dom.js';

/**
 * The box in which messages and commands are typed. Enter sends, Shift+Enter breaks the line, arrow up brings back
 * what was sent before.
 * @param {object} options `send(text)`, `placeholder`, `historyKey`, `commands()`
 */
export function composer({ send, placeholder, historyKey, commands }) {
  const history = JSON.parse(localStorage.getItem(historyKey) ?? '[]');
  let at = history.length;
  let underWay = 0;
  const hint = h('div.command-hint', { hidden: true });
  const box = h('textarea.composer-box', { rows: 1, placeholder, 'aria-label': placeholder, spellcheck: false });
  const button = h('button.send', { type: 'button', title: 'Send (Enter)', 'aria-label': 'Send' }, '➤');

  const submit = async () => {
    const text = box.value.trim();
    if (text === '') return;
    history.push(text);
    at = history.length;
    localStorage.setItem(historyKey, JSON.stringify(history.slice(-100)));
    set('');
    underWay += 1;
    button.classList.add('busy');
    try {
      await send(text);
    } catch (error) {
      if (box.value === '') set(text);
      throw error;
    } finally {
      underWay -= 1;
      button.classList.toggle('busy', underWay > 0);
    }
  };
  const set = (text) => {
    box.value = text;
    refresh();
  };
  const refresh = () => {
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
    const typed = /^\/\S*/.exec(box.value)?.[0];
    const fitting = typed ? commands().filter(({ command }) => command.startsWith(typed) || typed === command) : [];
    hint.hidden = fitting.length === 0;
    hint.replaceChildren(...fitting.map((one) => commandHint(one, () => choose(one))));
  };
  const choose = ({ command }) => {
    set(`${command} `);
    box.focus();
  };
  box.addEventListener('input', refresh);
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Tab' && !hint.hidden && !box.value.includes(' ')) {
      event.preventDefault();
      const typed = commands().find(({ command }) => command.startsWith(box.value));
      if (typed) choose(typed);
    } else if (event.key === 'ArrowUp' && at > 0 && !box.value.slice(0, box.selectionStart).includes('\n')) {
      event.preventDefault();
      at -= 1;
      set(history[at]);
    } else if (event.key === 'ArrowDown' && at < history.length && !box.value.slice(box.selectionEnd).includes('\n')) {
      event.preventDefault();
      at += 1;
      set(history[at] ?? '');
    }
  });
  button.addEventListener('click', () => void submit());
  return h('div.composer-frame', {}, hint, h('div.composer-row', {}, box, button));
}

function commandHint({ command, usage = '', description = '' }, choose) {
  const inside = [h('strong', {}, command), ' ', h('span.muted', {}, usage), h('span.muted.right', {}, description)];
  return h('button.hint-row', { type: 'button', onclick: choose }, inside);
}
