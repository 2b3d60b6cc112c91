/** A process as far as the world sees it: once it has ended, nothing that it still tries has an effect. */
export class Life {
  #over = false;

  get over(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
  }

  /**
   * The same object in the hands of this process. A call that is under way when it ends has had its effect or will have
   * it, as with a request that was sent; its answer reaches nobody. A call after the end is never made.
   * @param around told of every call before it is made and after it had its effect; may end the process there
   */
  holds<T extends object>(target: T, around: Around = () => {}): T {
    return new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value === 'function') {
          return (...args: unknown[]) => this.#call(String(name), value.bind(of), args, around);
        }
        return typeof value === 'object' && value !== null ? this.holds(value, around) : value;
      },
    });
  }

  #call(name: string, method: (...args: unknown[]) => unknown, args: unknown[], around: Around): unknown {
    if (!this.#over) around(name, 'before');
    if (this.#over) return rejected();
    const result = method(...args);
    if (result instanceof Promise) return this.#answer(name, result, around);
    return typeof result === 'object' && result !== null ? this.holds(result, around) : result;
  }

  async #answer(name: string, result: Promise<unknown>, around: Around): Promise<unknown> {
    try {
      return await result;
    } finally {
      if (!this.#over) around(name, 'after');
      if (this.#over) await rejected();
    }
  }
}

type Around = (call: string, when: 'before' | 'after') => void;

function rejected(): Promise<never> {
  const end = Promise.reject(new Error('this process has ended'));
  end.catch(() => {});
  return end;
}
