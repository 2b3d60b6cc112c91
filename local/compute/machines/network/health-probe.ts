import { get } from 'node:http';
import type { HealthCheckSpec } from '../../machine-backend.ts';

/** Counts results as Google's health checks do: the state changes after a threshold of consecutive opposite results. */
export class HealthCounter {
  healthy = false;
  #streak = 0;
  readonly #spec: HealthCheckSpec;

  constructor(spec: HealthCheckSpec) {
    this.#spec = spec;
  }

  /** Records a result. Returns true if the state changed. */
  recordResult(passed: boolean): boolean {
    if (passed === this.healthy) {
      this.#streak = 0;
      return false;
    }
    this.#streak += 1;
    if (this.#streak < (passed ? this.#spec.healthyThreshold : this.#spec.unhealthyThreshold)) return false;
    this.#streak = 0;
    this.healthy = passed;
    return true;
  }
}

/** Probes one pool member periodically. */
export class HealthProbe {
  readonly #count: HealthCounter;
  readonly #stop = new AbortController();

  /**
   * @param address address to probe
   * @param host Host header if the spec has none: the load balancer's address
   * @param onChange called when the health state changes
   */
  constructor(spec: HealthCheckSpec, address: string, host: string, onChange: () => void) {
    this.#count = new HealthCounter(spec);
    void this.#runProbes(spec, address, host, onChange);
  }

  get healthy(): boolean {
    return this.#count.healthy;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #runProbes(spec: HealthCheckSpec, address: string, host: string, onChange: () => void): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const next = sleep(spec.intervalMs, this.#stop.signal);
      const passed = await isResponding(spec, address, host, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      if (this.#count.recordResult(passed)) onChange();
      await next;
    }
  }
}

async function isResponding(
  spec: HealthCheckSpec,
  address: string,
  host: string,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(spec.timeoutMs)]);
  const { port, path } = spec;
  return await new Promise((resolve) => {
    const headers = { Host: spec.host ?? host, 'User-Agent': 'GoogleHC/1.0', Connection: 'close' };
    const request = get({ host: address, port, path, headers, signal: deadline, agent: false }, (response) => {
      response.on('error', () => resolve(false)).resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
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
