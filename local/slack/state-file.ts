import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { ChangeFeed } from './change-feed.ts';
import type { TeamData } from './model/team-data.ts';

const version = 1;

/**
 * Reads the team from the state file.
 * @returns undefined if the file does not exist
 * @throws {Error} if the file is not a state file
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
  throw new Error(`cannot read state: "${file}" is not a state file of this version; move or delete it`);
}

/** Saves the team after each change, atomically and one write at a time. */
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

  /** Waits until all changes are on disk. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      while (this.#dirty) {
        // Changes come in bursts. Waiting one turn of the event loop batches them.
        await new Promise(setImmediate);
        this.#dirty = false;
        // Files in it can be kubeconfigs, so only the owner may read it.
        await writeFile(`${this.#file}.new`, JSON.stringify({ version, data: this.#data }), { mode: 0o600 });
        await rename(`${this.#file}.new`, this.#file);
      }
    } catch (error) {
      console.error(`cannot write state to "${this.#file}":`, error);
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
