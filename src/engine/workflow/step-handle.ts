/** Reference to a step: its journal key, and what other steps list in `dependsOn`. Created by `stepHandle` only. */
export class StepHandle {
  // A private field makes the type nominal, so a string or a look-alike object doesn't compile as a dependency.
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** Stable across releases. Starts with the name of the phase and a slash. */
  get key(): string {
    return this.#key;
  }
}

/** @param key `PHASE/STEP` */
export function stepHandle(key: string): StepHandle {
  return new StepHandle(key);
}

/**
 * Handles of a step that exists once per instance: `PREFIX/NAME`, or `PREFIX/NAME/SUFFIX`.
 * @param prefix the name of the phase, optionally with more parts
 */
export function instanceStepHandle(prefix: string, suffix?: string) {
  const on = ({ name }: { readonly name: string }) => stepHandle([prefix, name, suffix].filter(Boolean).join('/'));
  return { on, onAll: (instances: readonly { readonly name: string }[]) => instances.map(on) };
}
