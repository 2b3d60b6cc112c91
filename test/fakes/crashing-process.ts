/** A process as others see it: after a crash, its calls have no effect. */
export class CrashingProcess {
  #hasEnded = false;

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  crash(): void {
    this.#hasEnded = true;
  }

  /**
   * Wraps an object for this process. A call in flight during a crash keeps its effect, and its response is lost. A call
   * after the crash is not made.
   * @param onCall called before each call and after its effect; may crash the process
   */
  wrap<T extends object>(target: T, onCall: OnCall = () => {}): T {
    return new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value === 'function') {
          return (...args: unknown[]) => this.#call(String(name), value.bind(of), args, onCall);
        }
        return typeof value === 'object' && value !== null ? this.wrap(value, onCall) : value;
      },
    });
  }

  #call(name: string, method: (...args: unknown[]) => unknown, args: unknown[], onCall: OnCall): unknown {
    if (!this.#hasEnded) onCall(name, 'before');
    if (this.#hasEnded) return rejectAsEnded();
    const result = method(...args);
    if (result instanceof Promise) return this.#awaitResult(name, result, onCall);
    return typeof result === 'object' && result !== null ? this.wrap(result, onCall) : result;
  }

  async #awaitResult(name: string, result: Promise<unknown>, onCall: OnCall): Promise<unknown> {
    try {
      return await result;
    } finally {
      if (!this.#hasEnded) onCall(name, 'after');
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
