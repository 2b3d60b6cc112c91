import { inspect } from 'node:util';

/** A value that can't be logged by accident: conversions to text give `[secret]`. */
export class Secret {
  readonly #value: Uint8Array;

  constructor(value: Uint8Array | string) {
    this.#value = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  }

  /** For standard input of SSH commands and uploads to Slack only. */
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
