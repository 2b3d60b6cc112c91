import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const betweenLooksMs = 400;

/** Collects the command lines of all processes of this machine, those inside of its machines too. */
export class CommandLines {
  readonly seen = new Set<string>();
  readonly #stop = new AbortController();
  readonly #looking: Promise<void>;

  constructor() {
    this.#looking = this.#look();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      for (const id of ids) {
        // It may have ended since.
        const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
        if (line !== '') this.seen.add(line.replaceAll('\0', ' '));
      }
      await sleep(betweenLooksMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }
}
