import type { View } from './model/view.ts';

/** A change, sent to every page and client with access to it. */
export type Change =
  | { kind: 'message'; action: 'posted' | 'changed' | 'deleted'; channel: string; ts: string; message: object | null }
  | { kind: 'channel'; channel: string }
  | { kind: 'view'; user: string; view: View | null }
  | { kind: 'home'; user: string }
  | { kind: 'read'; user: string; channel: string }
  /** Sent only to subscribers without a user filter. */
  | { kind: 'call'; method: string; outcome: string };

type Listener = (change: Change, canSee: (user: string) => boolean) => void;

/** Publishes changes to subscribers, filtered by their permissions. */
export class ChangeFeed {
  readonly #listeners = new Set<Listener>();

  /** @returns a function that unsubscribes */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(change: Change, canSee: (user: string) => boolean): void {
    for (const listener of this.#listeners) listener(change, canSee);
  }
}
