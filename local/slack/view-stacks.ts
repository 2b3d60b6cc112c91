import { nameBlocks } from './blocks/assign-block-ids.ts';
import { viewLimits } from './blocks/view-schema.ts';
import type { Changes } from './change-feed.ts';
import { newId } from './identifiers.ts';
import type { Block, View } from './model/view.ts';

/** A view as the bot describes it, already checked. */
export interface ViewDraft {
  type: 'modal' | 'home';
  blocks: Block[];
  [field: string]: unknown;
}

/** The modals each person has open, on a stack of at most three (docs: modals). */
export class Views {
  readonly #changes: Changes;
  readonly #stacks = new Map<string, View[]>();

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  stack(user: string): readonly View[] {
    return this.#stacks.get(user) ?? [];
  }

  find(match: (view: View) => boolean): View | undefined {
    return [...this.#stacks.values()].flat().find(match);
  }

  /** Opens a first modal in place of whatever the person had open. */
  open(user: string, draft: ViewDraft): View {
    const view = build(user, draft, undefined);
    this.#set(user, [view]);
    return view;
  }

  /** @returns undefined when the stack is full */
  push(user: string, draft: ViewDraft): View | undefined {
    const stack = this.stack(user);
    if (stack.length >= viewLimits.stack) return undefined;
    const view = build(user, draft, stack.at(-1));
    this.#set(user, [...stack, view]);
    return view;
  }

  update(old: View, draft: ViewDraft): View {
    const fresh = rebuild(old, draft);
    this.#set(
      old.user,
      this.stack(old.user).map((one) => (one.id === old.id ? fresh : one)),
    );
    return fresh;
  }

  close(view: View): void {
    this.#set(
      view.user,
      this.stack(view.user).filter((one) => one.id !== view.id),
    );
  }

  clear(user: string): void {
    this.#set(user, []);
  }

  #set(user: string, stack: View[]): void {
    this.#stacks.set(user, stack);
    this.#changes.tell({ kind: 'view', user, view: stack.at(-1) ?? null }, (one) => one === user);
  }
}

/** A person's new Home tab. */
export function homeView(user: string, draft: ViewDraft): View {
  return build(user, draft, undefined);
}

function build(user: string, draft: ViewDraft, below: View | undefined): View {
  const id = newId('V');
  return rebuild({ id, user, type: draft.type, rootId: below?.rootId ?? id, previousId: below?.id ?? null }, draft);
}

function rebuild(same: Pick<View, 'id' | 'user' | 'type' | 'rootId' | 'previousId'>, draft: ViewDraft): View {
  return {
    ...{ id: same.id, user: same.user, type: same.type, rootId: same.rootId, previousId: same.previousId },
    hash: newId(''),
    callback_id: String(draft.callback_id ?? ''),
    external_id: String(draft.external_id ?? ''),
    private_metadata: String(draft.private_metadata ?? ''),
    title: draft.title,
    submit: draft.submit,
    close: draft.close,
    clear_on_close: draft.clear_on_close === true,
    notify_on_close: draft.notify_on_close === true,
    blocks: nameBlocks(draft.blocks),
  };
}
