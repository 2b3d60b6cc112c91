import { existsSync } from 'node:fs';
import { runCommand, runInNamespace, runIpCommands } from '../host/run-command.ts';

/** A network namespace whose addresses and routes are brought to a wanted list; what is there already is left alone. */
export class NetworkNamespace {
  readonly name: string;
  #applied = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  /** Makes the namespace, with kernel settings by their path below net/ipv4. */
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

  /** Brings addresses and routes, written `addr ADDRESS dev …` and `route …`, to exactly these. */
  async reconcile(desired: readonly string[]): Promise<void> {
    const target = new Set(desired);
    const insertVerb = (line: string, word: string) => line.replace(' ', ` ${word} `);
    const surplus = [...this.#applied].filter((line) => !target.has(line));
    // Whatever vanished together with its interface can't be removed again.
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

  /** Forgets what went away with an interface. */
  forgetInterface(device: string): void {
    for (const line of this.#applied)
      if (line.endsWith(` dev ${device}`) || line.includes(` dev ${device} `)) this.#applied.delete(line);
  }

  async remove(): Promise<void> {
    this.#applied.clear();
    if (this.exists) await runCommand('ip', ['netns', 'del', this.name]);
  }
}
