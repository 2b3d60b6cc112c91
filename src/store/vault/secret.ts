import { inspect } from 'node:util';

/** A value that cannot be printed by accident: every way to text gives `[secret]`. `reveal` is the one way out. */
export class Secret {
  readonly #value: Uint8Array;

  constructor(value: Uint8Array | string) {
    this.#value = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  }

  /** As text, for the one place that needs it: a machine's standard input, or Slack's upload. */
  reveal(): string {
    return new TextDecoder().decode(this.#value);
  }

  revealBytes(): Uint8Array {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
