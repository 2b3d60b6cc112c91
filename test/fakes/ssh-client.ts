import { KthwError } from '../../src/engine/cluster/errors.ts';
import type {
  CommandOptions,
  CommandResult,
  HostFile,
  SshClient,
  SshHost,
  SshOperation,
  SshTarget,
} from '../../src/engine/ssh/ssh-client.ts';
import type { FakeCompute } from './compute.ts';
import { FaultInjector } from './fault-injector.ts';
import { FakeHost } from './host.ts';

type CallOptions = Omit<CommandOptions, 'stdin'>;

/**
 * The instances of the fake Compute Engine over ssh. One that was deleted and made again is another machine with an empty disk
 * and other host keys. Calls are named `look|note|write|make|exists|undo|run MACHINE STEP`; a `write` that is cut (planned after the
 * first file as `write-rest`) leaves the files that were written whole. Exit codes can be planned with {@link planExit}.
 */
export class FakeSsh {
  readonly faults = new FaultInjector();
  /** Machines that don't answer, by name, whatever the cloud says of them. */
  readonly unreachable = new Set<string>();
  /** Machines at which somebody else answers. */
  readonly impersonated = new Set<string>();
  readonly #compute: FakeCompute;
  readonly #hosts = new Map<number, FakeHost>();
  /** How often each had been turned on again when it was last looked at. */
  readonly #restarts = new Map<number, number>();
  #plannedExits: { readonly call: RegExp; readonly result: Partial<CommandResult>; remaining: number }[] = [];

  constructor(compute: FakeCompute) {
    this.#compute = compute;
  }

  /** As one process opens them for one run. */
  createClient(): SshClient {
    return { getHost: (target) => this.#toSshHost(target), close: async () => {} };
  }

  /** The next commands whose name fits end so, without effect. */
  planExit(call: RegExp, result: Partial<CommandResult>, times = 1): void {
    this.#plannedExits.push({ call, result, remaining: times });
  }

  clearFaults(): void {
    this.faults.clear();
    this.unreachable.clear();
    this.impersonated.clear();
    this.#plannedExits = [];
  }

  /** The machine behind an address; undefined while none answers. */
  findHostByAddress(address: string): FakeHost | undefined {
    const found = this.#compute.findInstanceByAddress(address);
    if (!found || this.unreachable.has(found.name)) return undefined;
    const machine = this.#hosts.get(found.instanceId) ?? new FakeHost(found.name);
    this.#hosts.set(found.instanceId, machine);
    if ((this.#restarts.get(found.instanceId) ?? 0) !== found.restarts) machine.reboot();
    this.#restarts.set(found.instanceId, found.restarts);
    return machine;
  }

  /** The newest machine of this name, also when it is gone by now. */
  findHostByName(name: string): FakeHost | undefined {
    return [...this.#hosts.values()].findLast((machine) => machine.name === name);
  }

  #toSshHost(target: SshTarget): SshHost {
    return {
      run: (script, options) => this.#run(target, script, options),
      writeFiles: (files, options) => this.#writeFiles(target, files, options),
      runBatch: (parts, options) => this.#runBatch(target, parts, options),
    };
  }

  #connect({ name, address, hostKeys }: SshTarget, { signal }: CallOptions): FakeHost {
    if (signal.aborted) throw new KthwError('cancelled', {});
    const machine = this.findHostByAddress(address);
    const key = this.#compute.findInstanceByAddress(address)?.hostKey ?? '';
    const way = this.#compute.checkSshAccess(machine?.name ?? '');
    if (!machine || way === 'unreachable') throw new KthwError('ssh-unreachable', { host: name });
    if (this.impersonated.has(name) || !hostKeys.includes(key)) throw new KthwError('ssh-host-key', { host: name });
    if (way === 'denied') throw new KthwError('ssh-denied', { host: name });
    return machine;
  }

  async #run(target: SshTarget, script: string, options: CommandOptions): Promise<CommandResult> {
    const { step, stdin = '' } = options;
    const lines = Buffer.from(stdin).toString().split('\n').filter(Boolean);
    const look = script.match(
      /^while read -r want path[\s\S]*if output=\$\( \( ([\s\S]*) \) 2>&1 \); then echo works; printf [^\n]*; fi$/,
    );
    const kind = classifyScript(script, step);
    if (kind === 'look' && !look) throw new Error(`the fake hosts do not know this look:\n${script}`);
    const call = `${kind} ${target.name} ${step ?? script.split('\n').at(-1)}`;
    return await this.faults.run(call, () => {
      const machine = this.#connect(target, options);
      const exit = this.#plannedExits.find((planned) => planned.remaining > 0 && planned.call.test(call));
      if (exit) {
        exit.remaining--;
        return createResult('', exit.result);
      }
      if (kind === 'look') return createResult(runProbe(machine, step ?? '', look?.[1] ?? '', lines));
      if (kind === 'note') for (const line of lines) machine.writtenDigests.add(line);
      if (kind === 'make') machine.runStep(step ?? '', script);
      if (kind === 'undo') machine.runRemoval(script, lines);
      if (kind === 'exists') return createResult(lines.some((path) => machine.files.has(path)) ? 'there\n' : '');
      return createResult(kind === 'run' ? runCommand(script) : '');
    });
  }

  async #runBatch(
    target: SshTarget,
    operations: readonly SshOperation[],
    options: CallOptions,
  ): Promise<CommandResult> {
    let stdout = '';
    for (const operation of operations) {
      if ('write' in operation) await this.#writeFiles(target, operation.write, options);
      else {
        const { run, stdin = '' } = operation;
        const result = await this.#run(target, run, { ...options, stdin });
        if (result.exitCode !== 0) return result;
        stdout += result.stdout;
      }
    }
    return createResult(stdout);
  }

  async #writeFiles(target: SshTarget, files: readonly HostFile[], options: CallOptions): Promise<void> {
    const [first, ...rest] = files;
    const of = `${target.name} ${options.step ?? ''}`;
    await this.faults.run(`write ${of}`, () => {
      if (first) this.#connect(target, options).writeFile(first);
    });
    await this.faults.run(`write-rest ${of}`, () => {
      const machine = this.#connect(target, options);
      for (const file of rest) machine.writeFile(file);
    });
  }
}

/** What a script is, by the words of it that the engine's own steps always say. */
function classifyScript(
  script: string,
  step: string | undefined,
): 'look' | 'note' | 'make' | 'exists' | 'undo' | 'run' {
  if (script.startsWith('while read -r want path')) return 'look';
  if (script.startsWith('while read -r path; do if [ -e')) return 'exists';
  if (script.endsWith('while read -r path; do rm -f "$path"; done')) return 'undo';
  if (script.includes('cat >> /var/lib/kthw/managed-files.sha256')) return 'note';
  return step === undefined ? 'run' : 'make';
}

function createResult(stdout: string, result: Partial<CommandResult> = {}): CommandResult {
  return { stdout, stderr: '', exitCode: 0, durationMs: 1, ...result };
}

/** What the engine's script says of the files that it names, and then of whether it works. */
function runProbe(machine: FakeHost, step: string, check: string, lines: readonly string[]): string {
  const said = lines.flatMap((line) => {
    const [want = '', path = ''] = line.split(' ');
    const have = machine.files.get(path);
    if (have === want) return [];
    const ours = have === undefined || machine.writtenDigests.has(`${have} ${path}`);
    return [ours ? `absent ${path}` : `different ${path} ${have}`];
  });
  if (said.length > 0) return `${said.join('\n')}\n`;
  return machine.passesCheck(step, check) ? 'works\n' : '';
}

/** Commands outside the machines' own steps: what a cluster that works answers to them. */
function runCommand(script: string): string {
  if (script.includes('/registry/secrets/')) return 'k8s:enc:secretbox:';
  return script.match(/ exec -n \S+ (\S+) -- hostname/)?.[1] ?? '';
}
