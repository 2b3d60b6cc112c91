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
 * What goes wrong in a fake, and how often each call was made. A planned fault strikes `times` times and is then used
 * up; `clear` takes all of them back, as somebody does who puts things right.
 */
export class FaultInjector {
  readonly #callCounts = new Map<string, number>();
  #plannedFaults: { readonly fault: PlannedFault; remaining: number }[] = [];

  plan(fault: PlannedFault): void {
    this.#plannedFaults.push({ fault, remaining: fault.times ?? 1 });
  }

  clear(): void {
    this.#plannedFaults = [];
  }

  /** Counts the call and lets it through, unless a fault is planned for it. */
  async run<T>(call: string, effect: () => Promise<T> | T): Promise<T> {
    this.#callCounts.set(call, (this.#callCounts.get(call) ?? 0) + 1);
    this.#throwIfPlanned(call, 'before');
    const result = await effect();
    this.#throwIfPlanned(call, 'after');
    return result;
  }

  /** How many calls were made whose name fits. */
  countCalls(name: RegExp): number {
    return [...this.#callCounts].filter(([call]) => name.test(call)).reduce((sum, [, n]) => sum + n, 0);
  }

  #throwIfPlanned(call: string, when: PlannedFault['when']): void {
    const hit = this.#plannedFaults.find(
      ({ fault, remaining }) => remaining > 0 && fault.when === when && fault.call.test(call),
    );
    if (!hit) return;
    hit.remaining--;
    throw hit.fault.error();
  }
}
