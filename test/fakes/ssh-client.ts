import type {
  CommandOptions,
  CommandResult,
  HostFile,
  SshClient,
  SshHost,
  SshOperation,
  SshTarget,
} from '../../src/engine/ssh/ssh-client.ts';
import { KthwError } from '../../src/engine/workflow/errors.ts';
import type { CloudDouble } from './compute.ts';
import { Faults } from './fault-injector.ts';
import { MachineDouble } from './host.ts';

type Call = Omit<CommandOptions, 'stdin'>;

/**
 * The machines of the cloud double over ssh. One that was deleted and made again is another machine with an empty disk
 * and other host keys. Calls are named `look|note|write|make|exists|undo|run MACHINE STEP`; a `write` that is cut (planned after the
 * first file as `write-rest`) leaves the files that were written whole. Exit codes can be planned with {@link exits}.
 */
export class RemoteDouble {
  readonly faults = new Faults();
  /** Machines that don't answer, by name, whatever the cloud says of them. */
  readonly silent = new Set<string>();
  /** Machines at which somebody else answers. */
  readonly replaced = new Set<string>();
  readonly #cloud: CloudDouble;
  readonly #machines = new Map<number, MachineDouble>();
  /** How often each had been turned on again when it was last looked at. */
  readonly #restarts = new Map<number, number>();
  #exits: { readonly call: RegExp; readonly result: Partial<CommandResult>; left: number }[] = [];

  constructor(cloud: CloudDouble) {
    this.#cloud = cloud;
  }

  /** As one process opens them for one run. */
  open(): SshClient {
    return { getHost: (target) => this.#host(target), close: async () => {} };
  }

  /** The next commands whose name fits end so, without effect. */
  exits(call: RegExp, result: Partial<CommandResult>, times = 1): void {
    this.#exits.push({ call, result, left: times });
  }

  mend(): void {
    this.faults.mend();
    this.silent.clear();
    this.replaced.clear();
    this.#exits = [];
  }

  /** The machine behind an address; undefined while none answers. */
  at(address: string): MachineDouble | undefined {
    const found = this.#cloud.machineAt(address);
    if (!found || this.silent.has(found.name)) return undefined;
    const machine = this.#machines.get(found.birth) ?? new MachineDouble(found.name);
    this.#machines.set(found.birth, machine);
    if ((this.#restarts.get(found.birth) ?? 0) !== found.restarts) machine.reboot();
    this.#restarts.set(found.birth, found.restarts);
    return machine;
  }

  /** The newest machine of this name, also when it is gone by now. */
  named(name: string): MachineDouble | undefined {
    return [...this.#machines.values()].findLast((machine) => machine.name === name);
  }

  #host(target: SshTarget): SshHost {
    return {
      run: (script, options) => this.#run(target, script, options),
      writeFiles: (files, options) => this.#write(target, files, options),
      runBatch: (parts, options) => this.#visit(target, parts, options),
    };
  }

  #reach({ name, address, hostKeys }: SshTarget, { signal }: Call): MachineDouble {
    if (signal.aborted) throw new KthwError('cancelled', {});
    const machine = this.at(address);
    const key = this.#cloud.machineAt(address)?.hostKey ?? '';
    const way = this.#cloud.letsIn(machine?.name ?? '');
    if (!machine || way === 'unreachable') throw new KthwError('ssh-unreachable', { host: name });
    if (this.replaced.has(name) || !hostKeys.includes(key)) throw new KthwError('ssh-host-key', { host: name });
    if (way === 'denied') throw new KthwError('ssh-denied', { host: name });
    return machine;
  }

  async #run(target: SshTarget, script: string, options: CommandOptions): Promise<CommandResult> {
    const { step, stdin = '' } = options;
    const lines = Buffer.from(stdin).toString().split('\n').filter(Boolean);
    const look = script.match(
      /^while read -r want path[\s\S]*if output=\$\( \( ([\s\S]*) \) 2>&1 \); then echo works; printf [^\n]*; fi$/,
    );
    const kind = kindOf(script, step);
    if (kind === 'look' && !look) throw new Error(`the double of the machines does not know this look:\n${script}`);
    const call = `${kind} ${target.name} ${step ?? script.split('\n').at(-1)}`;
    return await this.faults.around(call, () => {
      const machine = this.#reach(target, options);
      const exit = this.#exits.find((planned) => planned.left > 0 && planned.call.test(call));
      if (exit) {
        exit.left--;
        return answer('', exit.result);
      }
      if (kind === 'look') return answer(lookAt(machine, step ?? '', look?.[1] ?? '', lines));
      if (kind === 'note') for (const line of lines) machine.ledger.add(line);
      if (kind === 'make') machine.make(step ?? '', script);
      if (kind === 'undo') machine.undo(script, lines);
      if (kind === 'exists') return answer(lines.some((path) => machine.files.has(path)) ? 'there\n' : '');
      return answer(kind === 'run' ? answerTo(script) : '');
    });
  }

  async #visit(target: SshTarget, parts: readonly SshOperation[], options: Call): Promise<CommandResult> {
    let stdout = '';
    for (const part of parts) {
      if ('write' in part) await this.#write(target, part.write, options);
      else {
        const { run, stdin = '' } = part;
        const result = await this.#run(target, run, { ...options, stdin });
        if (result.exitCode !== 0) return result;
        stdout += result.stdout;
      }
    }
    return answer(stdout);
  }

  async #write(target: SshTarget, files: readonly HostFile[], options: Call): Promise<void> {
    const [first, ...rest] = files;
    const of = `${target.name} ${options.step ?? ''}`;
    await this.faults.around(`write ${of}`, () => {
      if (first) this.#reach(target, options).write(first);
    });
    await this.faults.around(`write-rest ${of}`, () => {
      const machine = this.#reach(target, options);
      for (const file of rest) machine.write(file);
    });
  }
}

/** What a script is, by the words of it that the engine's own steps always say. */
function kindOf(script: string, step: string | undefined): 'look' | 'note' | 'make' | 'exists' | 'undo' | 'run' {
  if (script.startsWith('while read -r want path')) return 'look';
  if (script.startsWith('while read -r path; do if [ -e')) return 'exists';
  if (script.endsWith('while read -r path; do rm -f "$path"; done')) return 'undo';
  if (script.includes('cat >> /var/lib/kthw/managed-files.sha256')) return 'note';
  return step === undefined ? 'run' : 'make';
}

function answer(stdout: string, result: Partial<CommandResult> = {}): CommandResult {
  return { stdout, stderr: '', exitCode: 0, durationMs: 1, ...result };
}

/** What the engine's script says of the files that it names, and then of whether it works. */
function lookAt(machine: MachineDouble, step: string, check: string, lines: readonly string[]): string {
  const said = lines.flatMap((line) => {
    const [want = '', path = ''] = line.split(' ');
    const have = machine.files.get(path);
    if (have === want) return [];
    const ours = have === undefined || machine.ledger.has(`${have} ${path}`);
    return [ours ? `absent ${path}` : `different ${path} ${have}`];
  });
  if (said.length > 0) return `${said.join('\n')}\n`;
  return machine.works(step, check) ? 'works\n' : '';
}

/** Commands outside the machines' own steps: what a cluster that works answers to them. */
function answerTo(script: string): string {
  if (script.includes('/registry/secrets/')) return 'k8s:enc:secretbox:';
  return script.match(/ exec -n \S+ (\S+) -- hostname/)?.[1] ?? '';
}
