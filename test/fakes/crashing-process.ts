/** A process as far as the world sees it: once it has ended, nothing that it still tries has an effect. */
export class CrashingProcess {
  #hasEnded = false;

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  crash(): void {
    this.#hasEnded = true;
  }

  /**
   * The same object in the hands of this process. A call that is under way when it ends has had its effect or will have
   * it, as with a request that was sent; its answer reaches nobody. A call after the end is never made.
   * @param around told of every call before it is made and after it had its effect; may end the process there
   */
  wrap<T extends object>(target: T, around: OnCall = () => {}): T {
    return new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value === 'function') {
          return (...args: unknown[]) => this.#call(String(name), value.bind(of), args, around);
        }
        return typeof value === 'object' && value !== null ? this.wrap(value, around) : value;
      },
    });
  }

  #call(name: string, method: (...args: unknown[]) => unknown, args: unknown[], around: OnCall): unknown {
    if (!this.#hasEnded) around(name, 'before');
    if (this.#hasEnded) return rejectAsEnded();
    const result = method(...args);
    if (result instanceof Promise) return this.#awaitResult(name, result, around);
    return typeof result === 'object' && result !== null ? this.wrap(result, around) : result;
  }

  async #awaitResult(name: string, result: Promise<unknown>, around: OnCall): Promise<unknown> {
    try {
      return await result;
    } finally {
      if (!this.#hasEnded) around(name, 'after');
      if (this.#hasEnded) await rejectAsEnded();
    }
  }
}

type OnCall = (method: string, when: 'before' | 'after') => void;

function rejectAsEnded(): Promise<never> {
  const end = Promise.reject(new Error('this process has ended'));
  end.catch(() => {});
  return end;
}
