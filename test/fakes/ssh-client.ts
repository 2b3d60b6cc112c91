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
import { classifyHostScript, findUnsatisfiableCheck, parseCheckScript } from './host-script.ts';

type CallOptions = Omit<CommandOptions, 'stdin'>;

/**
 * The one fake of `SshClient`: the instances of {@link FakeCompute} over SSH. A recreated instance has an empty disk and
 * other host keys. Calls are named `probe|manifest|write|write-rest|apply|exists|remove|run INSTANCE STEP`. A fault at
 * `write-rest` leaves the first file written. Plan exit codes with {@link planExit}.
 */
export class FakeSsh {
  readonly faults = new FaultInjector();
  /** Names of instances that refuse connections, whatever Compute Engine reports. */
  readonly unreachable = new Set<string>();
  /** Names of instances that present other host keys. */
  readonly impersonated = new Set<string>();
  readonly #compute: FakeCompute;
  readonly #hosts = new Map<number, FakeHost>();
  /** Steps that can never succeed on the fake hosts, as sentences. {@link RunEnvironment} fails the test with the first. */
  readonly impossibleSteps: string[] = [];
  /** Restarts of each instance at its last connection. */
  readonly #restarts = new Map<number, number>();
  #plannedExits: { readonly call: RegExp; readonly result: Partial<CommandResult>; remaining: number }[] = [];

  constructor(compute: FakeCompute) {
    this.#compute = compute;
  }

  /** A client as one process opens it for one run. */
  createClient(): SshClient {
    return { getHost: (target) => this.#toSshHost(target), close: async () => {} };
  }

  /** The next `times` commands whose call name matches return this result and have no effect. */
  planExit(call: RegExp, result: Partial<CommandResult>, times = 1): void {
    this.#plannedExits.push({ call, result, remaining: times });
  }

  clearFaults(): void {
    this.faults.clear();
    this.unreachable.clear();
    this.impersonated.clear();
    this.#plannedExits = [];
  }

  /** The host behind an address; undefined while none accepts connections. */
  findHostByAddress(address: string): FakeHost | undefined {
    const found = this.#compute.findInstanceByAddress(address);
    if (!found || this.unreachable.has(found.name)) return undefined;
    const host = this.#hosts.get(found.instanceId) ?? new FakeHost(found.name);
    this.#hosts.set(found.instanceId, host);
    if ((this.#restarts.get(found.instanceId) ?? 0) !== found.restarts) host.reboot();
    this.#restarts.set(found.instanceId, found.restarts);
    return host;
  }

  /** The newest host of this name, even if it was deleted. */
  findHostByName(name: string): FakeHost | undefined {
    return [...this.#hosts.values()].findLast((host) => host.name === name);
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
    const host = this.findHostByAddress(address);
    const key = this.#compute.findInstanceByAddress(address)?.hostKey ?? '';
    const access = this.#compute.checkSshAccess(host?.name ?? '');
    if (!host || access === 'unreachable') throw new KthwError('ssh-unreachable', { host: name });
    if (this.impersonated.has(name) || !hostKeys.includes(key)) throw new KthwError('ssh-host-key', { host: name });
    if (access === 'denied') throw new KthwError('ssh-denied', { host: name });
    return host;
  }

  async #run(target: SshTarget, script: string, options: CommandOptions): Promise<CommandResult> {
    const { step, stdin = '' } = options;
    const lines = Buffer.from(stdin).toString().split('\n').filter(Boolean);
    const kind = classifyHostScript(script, step);
    const call = `${kind} ${target.name} ${step ?? script.split('\n').at(-1)}`;
    return await this.faults.run(call, () => {
      const host = this.#connect(target, options);
      const exit = this.#plannedExits.find((planned) => planned.remaining > 0 && planned.call.test(call));
      if (exit) {
        exit.remaining--;
        return createResult('', exit.result);
      }
      if (kind === 'probe') return createResult(runProbe(host, step ?? '', parseCheckScript(script), lines));
      if (kind === 'manifest') for (const line of lines) host.writtenDigests.add(line);
      // etcd's check for data of a formed cluster.
      if (kind === 'apply' && script.includes('exit 66') && !host.hasEtcdData)
        return createResult('', { exitCode: 66 });
      if (kind === 'apply') host.runStep(step ?? '', script);
      if (kind === 'remove') host.runRemoval(script, lines);
      if (kind === 'exists') return createResult(lines.some((path) => host.files.has(path)) ? 'there\n' : '');
      return createResult(kind === 'run' ? runCommand(script) : '');
    });
  }

  async #runBatch(
    target: SshTarget,
    operations: readonly SshOperation[],
    options: CallOptions,
  ): Promise<CommandResult> {
    const scripts = operations.flatMap((operation) => ('run' in operation ? [operation.run] : []));
    const problem = options.step === undefined ? undefined : findUnsatisfiableCheck(options.step, scripts);
    if (problem !== undefined) {
      this.impossibleSteps.push(problem);
      throw new Error(problem);
    }
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
      const host = this.#connect(target, options);
      for (const file of rest) host.writeFile(file);
    });
  }
}

function createResult(stdout: string, result: Partial<CommandResult> = {}): CommandResult {
  return { stdout, stderr: '', exitCode: 0, durationMs: 1, ...result };
}

/** Output of the engine's probe: the files that differ, or whether the check passes. */
function runProbe(host: FakeHost, step: string, check: string, lines: readonly string[]): string {
  const fileLines = lines.flatMap((line) => {
    const [desired = '', path = ''] = line.split(' ');
    const actual = host.files.get(path);
    if (actual === desired) return [];
    const isManaged = actual === undefined || host.writtenDigests.has(`${actual} ${path}`);
    return [isManaged ? `absent ${path}` : `different ${path} ${actual}`];
  });
  if (fileLines.length > 0) return `${fileLines.join('\n')}\n`;
  return host.passesCheck(step, check) ? 'works\n' : '';
}

/** Commands outside of host steps return what a working cluster would. */
function runCommand(script: string): string {
  if (script.includes('/registry/secrets/')) return 'k8s:enc:secretbox:';
  return script.match(/ exec -n \S+ (\S+) -- hostname/)?.[1] ?? '';
}
