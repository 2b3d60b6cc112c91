import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { ChangeFeed } from './change-feed.ts';
import type { TeamData } from './model/team-data.ts';

const version = 1;

/**
 * Reads the team from its state file.
 * @returns undefined when there is no file yet
 * @throws {Error} when the file is not one of ours
 */
export function readState(file: string): TeamData | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const saved = parseState(text);
  if (saved?.version === version) return saved.data;
  throw new Error(`reading the workspace's state: "${file}" is not a state file of this version; move it away`);
}

/** Keeps the team in a file: written whole after each change, one write at a time, and never half. */
export class StateFile {
  readonly #file: string;
  readonly #data: TeamData;
  #dirty = false;
  #writing: Promise<void> | undefined;

  constructor(file: string, data: TeamData, changes: ChangeFeed) {
    this.#file = file;
    this.#data = data;
    changes.subscribe((change) => {
      if (change.kind === 'call' || change.kind === 'view') return;
      this.#dirty = true;
      this.#writing ??= this.#write();
    });
  }

  /** Waits until everything is on disk. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      while (this.#dirty) {
        // Changes come in bursts; one turn of the event loop gathers them.
        await new Promise(setImmediate);
        this.#dirty = false;
        // The files in it can be kubeconfigs, so it is for its owner alone.
        await writeFile(`${this.#file}.new`, JSON.stringify({ version, data: this.#data }), { mode: 0o600 });
        await rename(`${this.#file}.new`, this.#file);
      }
    } catch (error) {
      console.error(`writing the workspace's state to "${this.#file}":`, error);
    } finally {
      this.#writing = undefined;
    }
  }
}

function parseState(text: string): { version: number; data: TeamData } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
