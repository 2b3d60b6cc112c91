import { get } from 'node:http';
import type { HealthCheckPlan } from '../../machine-backend.ts';

/** Counts results as Google's health checks do: a member changes sides after so many results of the other kind in a row. */
export class HealthCount {
  healthy = false;
  #streak = 0;
  readonly #plan: HealthCheckPlan;

  constructor(plan: HealthCheckPlan) {
    this.#plan = plan;
  }

  /** Takes a result; whether the member changed sides. */
  add(passed: boolean): boolean {
    if (passed === this.healthy) {
      this.#streak = 0;
      return false;
    }
    this.#streak += 1;
    if (this.#streak < (passed ? this.#plan.healthyThreshold : this.#plan.unhealthyThreshold)) return false;
    this.#streak = 0;
    this.healthy = passed;
    return true;
  }
}

/** Asks one member again and again whether it is well. */
export class HealthProbe {
  readonly #count: HealthCount;
  readonly #stop = new AbortController();

  /**
   * @param address where to ask
   * @param host what the Host header says when the plan names none: the balancer's address
   * @param changed called when the member changes sides
   */
  constructor(plan: HealthCheckPlan, address: string, host: string, changed: () => void) {
    this.#count = new HealthCount(plan);
    void this.#ask(plan, address, host, changed);
  }

  get healthy(): boolean {
    return this.#count.healthy;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #ask(plan: HealthCheckPlan, address: string, host: string, changed: () => void): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const next = wait(plan.intervalMs, this.#stop.signal);
      const passed = await answers200(plan, address, host, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      if (this.#count.add(passed)) changed();
      await next;
    }
  }
}

async function answers200(plan: HealthCheckPlan, address: string, host: string, signal: AbortSignal): Promise<boolean> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(plan.timeoutMs)]);
  const { port, path } = plan;
  return await new Promise((resolve) => {
    const headers = { Host: plan.host ?? host, 'User-Agent': 'GoogleHC/1.0', Connection: 'close' };
    const asked = get({ host: address, port, path, headers, signal: within, agent: false }, (response) => {
      response.on('error', () => resolve(false)).resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
  });
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
