import type { Outputs, Vault } from '../../store/vault/vault.ts';
import type { OutputValue } from './output.ts';

export type OutputVault = Pick<Vault, 'readOutputs' | 'saveOutputs'>;

/**
 * The outputs that the vault has. Steps use these, never the values in the journal or the cluster record: whoever can write
 * the store could put the host key or the address of another machine there. Only the runner with the lease saves outputs, so
 * that they are read once.
 */
export class ConfirmedOutputs {
  readonly #vault: OutputVault;
  readonly #values = new Map<string, OutputValue['value']>();
  #error: unknown;

  private constructor(vault: OutputVault) {
    this.#vault = vault;
  }

  /** An error is thrown when an output is used: deleting a cluster whose vault is unreadable needs none. */
  static async load(vault: OutputVault): Promise<ConfirmedOutputs> {
    const loaded = new ConfirmedOutputs(vault);
    try {
      loaded.#add(await vault.readOutputs());
    } catch (error) {
      loaded.#error = error;
    }
    return loaded;
  }

  find(name: string): OutputValue['value'] | undefined {
    if (this.#error !== undefined) throw this.#error;
    return this.#values.get(name);
  }

  async save(outputs: readonly OutputValue[]): Promise<void> {
    if (outputs.length === 0) return;
    const added = Object.fromEntries(outputs.map(({ name, value }) => [name, value]));
    await this.#vault.saveOutputs(added);
    this.#add(added);
  }

  #add(outputs: Outputs): void {
    for (const [name, value] of Object.entries(outputs)) this.#values.set(name, value);
  }
}
