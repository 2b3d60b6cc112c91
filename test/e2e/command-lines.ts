import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const intervalMs = 400;

/** Collects the command lines of all processes on this host, including those in machines. */
export class CommandLines {
  readonly seen = new Set<string>();
  readonly #stop = new AbortController();
  readonly #polling: Promise<void>;

  constructor() {
    this.#polling = this.#poll();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      for (const id of ids) {
        // The process may have exited.
        const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
        if (line !== '') this.seen.add(line.replaceAll('\0', ' '));
      }
      await sleep(intervalMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }
}
