import { assignBlockIds } from './blocks/assign-block-ids.ts';
import { viewLimits } from './blocks/view-schema.ts';
import type { ChangeFeed } from './change-feed.ts';
import { createId } from './identifiers.ts';
import type { Block, View } from './model/view.ts';

/** A validated view from the bot. */
export interface ViewDraft {
  type: 'modal' | 'home';
  blocks: Block[];
  [field: string]: unknown;
}

/** Users' open modals, on stacks of at most three (docs: modals). */
export class ViewStacks {
  readonly #changes: ChangeFeed;
  readonly #stacks = new Map<string, View[]>();

  constructor(changes: ChangeFeed) {
    this.#changes = changes;
  }

  getStack(user: string): readonly View[] {
    return this.#stacks.get(user) ?? [];
  }

  find(match: (view: View) => boolean): View | undefined {
    return [...this.#stacks.values()].flat().find(match);
  }

  /** Opens a modal and replaces the user's current stack. */
  open(user: string, draft: ViewDraft): View {
    const view = createView(user, draft, undefined);
    this.#replaceStack(user, [view]);
    return view;
  }

  /** @returns undefined if the stack is full */
  push(user: string, draft: ViewDraft): View | undefined {
    const stack = this.getStack(user);
    if (stack.length >= viewLimits.stack) return undefined;
    const view = createView(user, draft, stack.at(-1));
    this.#replaceStack(user, [...stack, view]);
    return view;
  }

  update(current: View, draft: ViewDraft): View {
    const updated = fillView(current, draft);
    this.#replaceStack(
      current.user,
      this.getStack(current.user).map((one) => (one.id === current.id ? updated : one)),
    );
    return updated;
  }

  close(view: View): void {
    this.#replaceStack(
      view.user,
      this.getStack(view.user).filter((one) => one.id !== view.id),
    );
  }

  clear(user: string): void {
    this.#replaceStack(user, []);
  }

  #replaceStack(user: string, stack: View[]): void {
    this.#stacks.set(user, stack);
    this.#changes.publish({ kind: 'view', user, view: stack.at(-1) ?? null }, (one) => one === user);
  }
}

/** Creates a user's Home tab. */
export function createHomeView(user: string, draft: ViewDraft): View {
  return createView(user, draft, undefined);
}

function createView(user: string, draft: ViewDraft, parent: View | undefined): View {
  const id = createId('V');
  return fillView({ id, user, type: draft.type, rootId: parent?.rootId ?? id, previousId: parent?.id ?? null }, draft);
}

function fillView(identity: Pick<View, 'id' | 'user' | 'type' | 'rootId' | 'previousId'>, draft: ViewDraft): View {
  return {
    id: identity.id,
    user: identity.user,
    type: identity.type,
    rootId: identity.rootId,
    previousId: identity.previousId,
    hash: createId(''),
    callback_id: String(draft.callback_id ?? ''),
    external_id: String(draft.external_id ?? ''),
    private_metadata: String(draft.private_metadata ?? ''),
    title: draft.title,
    submit: draft.submit,
    close: draft.close,
    clear_on_close: draft.clear_on_close === true,
    notify_on_close: draft.notify_on_close === true,
    blocks: assignBlockIds(draft.blocks),
  };
}
