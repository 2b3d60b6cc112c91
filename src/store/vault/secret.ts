import { inspect } from 'node:util';

/** A value that cannot be printed by accident: every way to text gives `[secret]`. `reveal` is the one way out. */
export class Secret {
  readonly #bytes: Uint8Array;

  constructor(value: Uint8Array | string) {
    this.#bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  }

  /** As text, for the one place that needs it: a machine's standard input, or Slack's upload. */
  reveal(): string {
    return new TextDecoder().decode(this.#bytes);
  }

  bytes(): Uint8Array {
    return this.#bytes;
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
