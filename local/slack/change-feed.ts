import type { View } from './model/view.ts';

/** Something that happened, told to every page and client that may see it. */
export type Change =
  | { kind: 'message'; action: 'posted' | 'changed' | 'deleted'; channel: string; ts: string; message: object | null }
  | { kind: 'channel'; channel: string }
  | { kind: 'view'; user: string; view: View | null }
  | { kind: 'home'; user: string }
  | { kind: 'read'; user: string; channel: string }
  /** Told only to those who look with everybody's eyes. */
  | { kind: 'call'; method: string; outcome: string };

type Listener = (change: Change, canSee: (user: string) => boolean) => void;

/** Hands each change to whoever listens, with the rule of who may see it. */
export class ChangeFeed {
  readonly #listeners = new Set<Listener>();

  /** @returns a function that ends the listening */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(change: Change, canSee: (user: string) => boolean): void {
    for (const listener of this.#listeners) listener(change, canSee);
  }
}
