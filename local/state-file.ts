import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

const version = 1;

/**
 * Reads an emulator's state.
 * @returns undefined if the file does not exist
 * @throws Error if it is not a state file of this version
 */
export function readStateFile<T>(file: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const saved = parseJson(text) as { version?: number; data: T } | undefined;
  if (saved?.version === version) return saved.data;
  throw new Error(`cannot read state: "${file}" is not a state file of this version; move or delete it`);
}

/** Saves an emulator's state atomically, one write at a time. */
export class StateFile {
  readonly #file: string;
  readonly #getData: () => unknown;
  #dirty = false;
  #writing: Promise<void> | undefined;

  /** @param getData returns the current state, as a JSON value */
  constructor(file: string, getData: () => unknown) {
    this.#file = file;
    this.#getData = getData;
  }

  /** Writes the state soon. */
  save(): void {
    this.#dirty = true;
    this.#writing ??= this.#write();
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
        // The state can contain kubeconfigs and SSH keys, so only the owner may read it.
        await writeFile(`${this.#file}.new`, JSON.stringify({ version, data: this.#getData() }), { mode: 0o600 });
        await rename(`${this.#file}.new`, this.#file);
      }
    } catch (error) {
      console.error(`cannot write state to "${this.#file}":`, error);
    } finally {
      this.#writing = undefined;
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
