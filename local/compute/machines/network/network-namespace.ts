import { existsSync } from 'node:fs';
import { runCommand, runInNamespace, runIpCommands } from '../host/run-command.ts';

/** A network namespace whose addresses and routes are reconciled with a desired list. */
export class NetworkNamespace {
  readonly name: string;
  #applied = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  /** Creates the namespace. Kernel settings are given by their path below net/ipv4. */
  async create(settings: Readonly<Record<string, number>>): Promise<void> {
    await runCommand('ip', ['netns', 'add', this.name]);
    await runIpCommands(this.name, ['link set lo up']);
    const lines = Object.entries(settings).map(([path, value]) => `echo ${value} > /proc/sys/net/ipv4/${path}`);
    await this.runCommand(['sh', '-e'], lines.join('\n'));
  }

  get exists(): boolean {
    return existsSync(`/run/netns/${this.name}`);
  }

  async runCommand(command: readonly string[], input = ''): Promise<string> {
    return await runInNamespace(this.name, command, input);
  }

  /** Loads an nftables ruleset in one transaction. */
  async loadRuleset(ruleset: string): Promise<void> {
    await this.runCommand(['nft', '-f', '-'], ruleset);
  }

  /** Reconciles addresses and routes (`addr ADDRESS dev …`, `route …`) with the list. */
  async reconcile(desired: readonly string[]): Promise<void> {
    const target = new Set(desired);
    const insertVerb = (line: string, word: string) => line.replace(' ', ` ${word} `);
    const surplus = [...this.#applied].filter((line) => !target.has(line));
    // Addresses and routes of a deleted interface are already removed.
    if (surplus.length > 0)
      await runIpCommands(
        this.name,
        surplus.map((line) => insertVerb(line, 'del')),
        true,
      ).catch(() => undefined);
    for (const line of surplus) this.#applied.delete(line);
    const missing = desired.filter((line) => !this.#applied.has(line));
    await runIpCommands(
      this.name,
      missing.map((line) => insertVerb(line, 'replace')),
    );
    for (const line of missing) this.#applied.add(line);
  }

  /** Drops the recorded addresses and routes of a deleted interface. */
  forgetInterface(device: string): void {
    for (const line of this.#applied)
      if (line.endsWith(` dev ${device}`) || line.includes(` dev ${device} `)) this.#applied.delete(line);
  }

  async remove(): Promise<void> {
    this.#applied.clear();
    if (this.exists) await runCommand('ip', ['netns', 'del', this.name]);
  }
}
