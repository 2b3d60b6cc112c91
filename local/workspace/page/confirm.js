import { h } from './dom.js';
import { textObject } from './text.js';

/** Asks as a confirm object says. @returns {Promise<boolean>} */
export function confirmed(ask, names) {
  return new Promise((resolve) => {
    const dialog = h('dialog.dialog.dialog-small');
    const answer = (said) => {
      dialog.remove();
      resolve(said);
    };
    const yes = ask.style === 'danger' ? 'danger' : 'primary';
    dialog.addEventListener('cancel', () => answer(false));
    dialog.append(
      h('div.dialog-head', {}, h('h2', {}, textObject(ask.title, names))),
      h('div.dialog-body', {}, textObject(ask.text, names)),
      h(
        'div.dialog-foot',
        {},
        h('button.button', { type: 'button', onclick: () => answer(false) }, textObject(ask.deny, names)),
        h(`button.button.${yes}`, { type: 'button', onclick: () => answer(true) }, textObject(ask.confirm, names)),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
