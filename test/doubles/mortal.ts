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
   */
  holds<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value === 'function') return (...args: unknown[]) => this.#call(value.bind(of), args);
        return typeof value === 'object' && value !== null ? this.holds(value) : value;
      },
    });
  }

  #call(method: (...args: unknown[]) => unknown, args: unknown[]): unknown {
    if (this.#over) return rejected();
    const result = method(...args);
    if (result instanceof Promise) return result.finally(() => (this.#over ? rejected() : undefined));
    return typeof result === 'object' && result !== null ? this.holds(result) : result;
  }
}

function rejected(): Promise<never> {
  const end = Promise.reject(new Error('this process has ended'));
  end.catch(() => {});
  return end;
}
