import { renderBlocks } from './blocks.js';
import { h } from './dom.js';
import { act } from './server.js';
import { textObject } from './text.js';

/** Shows the modal on top of a person's stack, and keeps what is entered while the bot updates it. */
export class Modals {
  #root;
  #context;
  /** What was entered, by view id, block and action. */
  #entered = new Map();
  #view;
  #errors = {};
  #problem = '';

  /** @param context `me()`, `names` */
  constructor(root, context) {
    this.#root = root;
    this.#context = context;
  }

  show(view) {
    if (view?.id !== this.#view?.id || view === null) {
      this.#errors = {};
      this.#problem = '';
    }
    this.#view = view ?? undefined;
    this.#render();
  }

  #render() {
    const view = this.#view;
    if (!view) {
      this.#root.replaceChildren();
      return;
    }
    const { names } = this.#context;
    const entered = this.#entered.get(view.id) ?? {};
    this.#entered.set(view.id, entered);
    const context = { names, entered, errors: this.#errors, onAction: (...what) => this.#click(...what) };
    const close = (all) => () => act('close', { as: this.#context.me().id, viewId: view.id, all });
    const submit = view.submit && h('button.button.primary', { type: 'submit' }, textObject(view.submit, names));
    const form = h(
      'form',
      { onsubmit: (event) => this.#submit(event) },
      h(
        'div.dialog-head',
        {},
        h('h2', {}, textObject(view.title, names)),
        h('button.close', { type: 'button', 'aria-label': 'Close', onclick: close(true) }, '✕'),
      ),
      h('div.dialog-body', {}, renderBlocks(view.blocks, context)),
      this.#problem && h('div.dialog-problem', { role: 'alert' }, this.#problem),
      h(
        'div.dialog-foot',
        {},
        h(
          'button.button',
          { type: 'button', onclick: close(false) },
          view.close ? textObject(view.close, names) : 'Cancel',
        ),
        submit,
      ),
    );
    const focused = document.activeElement?.getAttribute('data-action');
    const dialog = h('dialog.dialog', { oncancel: (event) => [event.preventDefault(), close(true)()] }, form);
    this.#root.replaceChildren(dialog);
    dialog.showModal();
    if (focused) dialog.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  }

  async #submit(event) {
    event.preventDefault();
    const view = this.#view;
    const values = this.#entered.get(view.id) ?? {};
    event.target.classList.add('busy');
    const { ack } = await act('submit', { as: this.#context.me().id, viewId: view.id, values });
    event.target.classList.remove('busy');
    if (ack.ok) return;
    this.#errors = ack.errors ?? {};
    this.#problem = ack.errors ? '' : `The app did not answer as expected (${ack.error}). Try again.`;
    this.#render();
  }

  async #click(block, element, value) {
    const view = this.#view;
    const values = this.#entered.get(view.id) ?? {};
    const click = { viewId: view.id, actionId: element.action_id, blockId: block.block_id, value, values };
    const { ack } = await act('click', { as: this.#context.me().id, ...click });
    if (ack.ok) return;
    this.#problem = `The app did not respond (${ack.error}).`;
    this.#render();
  }
}
