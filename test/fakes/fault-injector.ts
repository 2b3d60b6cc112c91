/** `before`: the call fails and had no effect. `after`: it had its effect, and then the answer is lost. */
export interface PlannedFault {
  /** Of the call's name, which says what is called and on what. */
  readonly call: RegExp;
  readonly when: 'before' | 'after';
  readonly error: () => Error;
  /** @default 1 */
  readonly times?: number;
}

/**
 * What goes wrong in a double, and how often each call was made. A planned fault strikes `times` times and is then used
 * up; `mend` takes all of them back, as somebody does who puts things right.
 */
export class Faults {
  readonly #calls = new Map<string, number>();
  #planned: { readonly fault: PlannedFault; left: number }[] = [];

  plan(fault: PlannedFault): void {
    this.#planned.push({ fault, left: fault.times ?? 1 });
  }

  mend(): void {
    this.#planned = [];
  }

  /** Counts the call and lets it through, unless a fault is planned for it. */
  async around<T>(call: string, effect: () => Promise<T> | T): Promise<T> {
    this.#calls.set(call, (this.#calls.get(call) ?? 0) + 1);
    this.#strike(call, 'before');
    const result = await effect();
    this.#strike(call, 'after');
    return result;
  }

  /** How many calls were made whose name fits. */
  calls(name: RegExp): number {
    return [...this.#calls].filter(([call]) => name.test(call)).reduce((sum, [, n]) => sum + n, 0);
  }

  #strike(call: string, when: PlannedFault['when']): void {
    const hit = this.#planned.find(({ fault, left }) => left > 0 && fault.when === when && fault.call.test(call));
    if (!hit) return;
    hit.left--;
    throw hit.fault.error();
  }
}
