/** `before`: the call has no effect. `after`: it takes effect, and its response is lost. */
export interface PlannedFault {
  /** Matches the name of the call: verb and object. */
  readonly call: RegExp;
  readonly when: 'before' | 'after';
  readonly error: () => Error;
  /** @default 1 */
  readonly times?: number;
}

/** Counts the calls of a fake by name, and fails or interrupts them as planned. */
export class FaultInjector {
  readonly #callCounts = new Map<string, number>();
  #plannedFaults: { readonly fault: PlannedFault; remaining: number }[] = [];
  #interceptors: { readonly call: RegExp; readonly work: () => Promise<unknown> }[] = [];

  /** Fails the next `times` matching calls. */
  plan(fault: PlannedFault): void {
    this.#plannedFaults.push({ fault, remaining: fault.times ?? 1 });
  }

  /** Does `work` before the next matching call, as a concurrent process would. */
  intercept(call: RegExp, work: () => Promise<unknown>): void {
    this.#interceptors.push({ call, work });
  }

  /** Cancels all planned faults and interceptors. */
  clear(): void {
    this.#plannedFaults = [];
    this.#interceptors = [];
  }

  /** Counts the call and executes it, unless a fault is planned for it. */
  async run<T>(call: string, effect: () => Promise<T> | T): Promise<T> {
    this.#callCounts.set(call, (this.#callCounts.get(call) ?? 0) + 1);
    const interceptor = this.#interceptors.find((planned) => planned.call.test(call));
    if (interceptor) {
      this.#interceptors = this.#interceptors.filter((planned) => planned !== interceptor);
      await interceptor.work();
    }
    this.#throwIfPlanned(call, 'before');
    const result = await effect();
    this.#throwIfPlanned(call, 'after');
    return result;
  }

  /** Number of calls whose name matches. */
  countCalls(name: RegExp): number {
    return [...this.#callCounts].filter(([call]) => name.test(call)).reduce((sum, [, n]) => sum + n, 0);
  }

  #throwIfPlanned(call: string, when: PlannedFault['when']): void {
    const planned = this.#plannedFaults.find(
      ({ fault, remaining }) => remaining > 0 && fault.when === when && fault.call.test(call),
    );
    if (!planned) return;
    planned.remaining--;
    throw planned.fault.error();
  }
}
