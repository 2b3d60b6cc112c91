import type {
  ComputeClient,
  GlobalResource,
  InstanceSpec,
  InstanceState,
  MachineType,
  MetadataChange,
  MutationOptions,
  Quota,
  Region,
  ResourceClient,
} from '../../src/engine/gcp/compute/compute-client.ts';
import { KthwError } from '../../src/engine/workflow/errors.ts';
import type { VirtualClock } from './clock.ts';
import { missingFor, type Shelves, shelves, userOf } from './compute-rules.ts';
import { Faults } from './fault-injector.ts';

const machineTypes: Readonly<Record<string, MachineType>> = {
  'f1-micro': { cpus: 1, memoryMb: 614, sharedCpu: true },
  'g1-small': { cpus: 1, memoryMb: 1_740, sharedCpu: true },
  'e2-micro': { cpus: 2, memoryMb: 1_024, sharedCpu: true },
  'e2-medium': { cpus: 2, memoryMb: 4_096, sharedCpu: true },
  'e2-standard-2': { cpus: 2, memoryMb: 8_192, sharedCpu: false },
  'e2-standard-4': { cpus: 4, memoryMb: 16_384, sharedCpu: false },
};

const regionNames = ['europe-west1', 'us-central1', 'us-west1'];

/** How long the cloud takes, on the virtual clock. */
const takes = { operationMs: 3_000, bootMs: 12_000, hostKeysMs: 20_000, agentMs: 3_500 } as const;

type Found = GlobalResource & Readonly<Record<string, unknown>>;
interface Kept {
  readonly spec: Found;
  /** When it was made; for a machine, when it was last turned on. */
  readonly at: number;
  readonly off?: boolean;
  /** How often a machine was turned on again. */
  readonly restarts?: number;
  /** When a machine's agent has heard of its newest metadata. */
  readonly heardAt?: number;
}

interface Standing {
  readonly name: string;
  readonly birth: number;
  readonly restarts: number;
  readonly at: string;
  readonly spec: InstanceSpec;
}

/**
 * Compute Engine in memory. A change has its effect when it is called and answers when its operation is done, so that a
 * caller who ends in between leaves the effect. The same request twice is one resource; an insert of what exists is
 * accepted quietly, as the adapter does with Google's 409, and completes labels that are missing. What refers to
 * something that is not there is refused (`cloud-invalid`); what others still refer to can't be deleted (`in-use`).
 * Machines run 12 s after their insert or start and show their host keys after 20 s; each start gives them another
 * external address.
 */
export class CloudDouble implements ComputeClient {
  readonly faults = new Faults();
  readonly quotaLimits: Record<string, number> = { CPUS: 500, IN_USE_ADDRESSES: 500, INSTANCES: 500 };
  readonly #clock: VirtualClock;
  readonly #kept: Shelves<Kept> = shelves();
  readonly #requests = new Set<string>();
  readonly #made = new Map<string, number>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  readonly networks = this.#resource('networks') as unknown as ComputeClient['networks'];
  readonly subnetworks = this.#resource('subnetworks') as unknown as ComputeClient['subnetworks'];
  readonly firewalls = this.#resource('firewalls') as unknown as ComputeClient['firewalls'];
  readonly addresses = this.#resource('addresses') as unknown as ComputeClient['addresses'];
  readonly instances = this.#resource('instances') as unknown as ComputeClient['instances'];
  readonly routes = this.#resource('routes') as unknown as ComputeClient['routes'];
  readonly healthChecks = this.#resource('healthChecks') as unknown as ComputeClient['healthChecks'];
  readonly targetPools = this.#resource('targetPools') as unknown as ComputeClient['targetPools'];
  readonly forwardingRules = this.#resource('forwardingRules') as unknown as ComputeClient['forwardingRules'];

  /** Disks are part of their machines here. */
  readonly disks: ComputeClient['disks'] = { list: async () => [], delete: async () => {} };

  /** Asked for the health of pool members; the world sets it. */
  healthOf: (instance: string) => 'HEALTHY' | 'UNHEALTHY' = () => 'HEALTHY';

  async getHostKeys({ name }: GlobalResource, signal: AbortSignal): Promise<readonly string[]> {
    return this.#call(`hostKeys ${name}`, signal, () => {
      const kept = this.#kept.instances.get(name);
      const wrote = kept && (kept.restarts !== undefined || this.#age(kept) >= takes.hostKeysMs);
      return wrote ? [hostKeyOf(kept)] : [];
    });
  }

  stopInstance({ name }: GlobalResource, { signal }: MutationOptions): Promise<void> {
    return this.#power('stop', name, signal, (kept) => ({ ...kept, off: true }));
  }

  startInstance({ name }: GlobalResource, { signal }: MutationOptions): Promise<void> {
    return this.#power('start', name, signal, (kept) => {
      const { off, restarts = 0, spec } = kept;
      return off ? { spec, at: +this.#clock.now(), restarts: restarts + 1 } : kept;
    });
  }

  setMachineType({ name }: GlobalResource, machineType: string, { signal }: MutationOptions): Promise<void> {
    return this.#power('setMachineType', name, signal, (kept) => {
      if (!kept.off) throw new KthwError('cloud-invalid', { doing: `changing ${name}` }, { detail: 'it runs' });
      return { ...kept, spec: { ...kept.spec, machineType } };
    });
  }

  setFirewallDisabled({ name }: GlobalResource, disabled: boolean, { signal }: MutationOptions): Promise<void> {
    const change = (kept: Kept) => ({ ...kept, spec: { ...kept.spec, disabled } });
    return this.#change('setFirewallDisabled', 'firewalls', name, signal, change);
  }

  setMetadata(
    { name }: GlobalResource,
    { metadata, fingerprint }: MetadataChange,
    { signal }: MutationOptions,
  ): Promise<void> {
    return this.#change('setMetadata', 'instances', name, signal, (kept) => {
      if (fingerprint !== fingerprintOf(kept)) throw new KthwError('not-ready', { doing: `changing ${name}` });
      return { ...kept, spec: { ...kept.spec, metadata }, heardAt: +this.#clock.now() + takes.agentMs };
    });
  }

  /** Whether ssh gets through to a machine: the firewall's rules, and the keys that its agent has heard of. */
  letsIn(machine: string): 'in' | 'unreachable' | 'denied' {
    const kept = this.#kept.instances.get(machine);
    const isOpen = this.#specs('firewalls').some(
      ({ network, allow, disabled }) =>
        network === kept?.spec.network && !disabled && (allow as readonly string[]).includes('tcp:22'),
    );
    if (!kept || !isOpen) return 'unreachable';
    const { 'ssh-keys': keys = '' } = kept.spec.metadata as InstanceSpec['metadata'];
    return keys !== '' && (kept.heardAt ?? 0) <= +this.#clock.now() ? 'in' : 'denied';
  }

  async getPoolHealth(
    { name }: GlobalResource,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, 'HEALTHY' | 'UNHEALTHY'>> {
    return this.#call(`poolHealth ${name}`, signal, () => {
      const members = (this.#kept.targetPools.get(name)?.spec.instances ?? []) as readonly string[];
      const names = members.map((member) => member.slice(member.indexOf('/') + 1));
      return new Map(names.map((instance) => [instance, this.healthOf(instance)]));
    });
  }

  getMachineType({ name }: GlobalResource, signal: AbortSignal): Promise<MachineType | undefined> {
    return this.#call(`machineType ${name}`, signal, () => machineTypes[name]);
  }

  listMachineTypes(zone: string, signal: AbortSignal): Promise<readonly (GlobalResource & MachineType)[]> {
    return this.#call(`machineTypes ${zone}`, signal, () =>
      Object.entries(machineTypes).map(([name, type]) => ({ name, ...type })),
    );
  }

  listRegions(signal: AbortSignal): Promise<readonly Region[]> {
    return this.#call('regions', signal, () => regionNames.map((name) => ({ name, zones: zonesOf(name) })));
  }

  listQuotas(region: string, signal: AbortSignal): Promise<readonly Quota[] | undefined> {
    const usage: Record<string, number> = {
      CPUS: this.#kept.instances.size * 2,
      IN_USE_ADDRESSES: this.#kept.instances.size + this.#kept.forwardingRules.size,
      INSTANCES: this.#kept.instances.size,
    };
    return this.#call(`quotas ${region}`, signal, () =>
      Object.entries(this.quotaLimits).map(([metric, limit]) => ({ metric, limit, usage: usage[metric] ?? 0 })),
    );
  }

  listZones(region: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    return this.#call(`zones ${region}`, signal, () => zonesOf(region));
  }

  /** What exists, as `KIND NAME`, sorted. */
  existing(): string[] {
    return Object.entries(this.#kept)
      .flatMap(([kind, shelf]) => [...shelf.keys()].map((name) => `${kind} ${name}`))
      .sort();
  }

  /** How often something of this kind and name was really made. */
  made(kind: keyof Shelves<unknown>, name: string): number {
    return this.#made.get(`${kind} ${name}`) ?? 0;
  }

  /** Everything that was made, with how often. */
  allMade(): ReadonlyMap<string, number> {
    return this.#made;
  }

  /** A machine that runs, by the address at which it is reached; with a number that no other machine ever had. */
  machineAt(address: string): (Standing & { hostKey: string }) | undefined {
    const found = this.machines().find(({ at }) => at === address);
    const kept = found && this.#kept.instances.get(found.name);
    return kept && this.#runs(kept) ? { ...found, hostKey: hostKeyOf(kept) } : undefined;
  }

  /** Every machine that exists, with where it will be reached. */
  machines(): Standing[] {
    return [...this.#kept.instances].map(([name, kept]) => ({
      name,
      birth: Number(kept.spec.birth),
      restarts: kept.restarts ?? 0,
      at: externalAddressOf(kept),
      spec: kept.spec as unknown as InstanceSpec,
    }));
  }

  /** Machines behind the address of a forwarding rule. */
  behind(address: string): string[] {
    const rule = [...this.#kept.forwardingRules.values()].find(({ spec }) => spec.address === address);
    const pool = rule && this.#kept.targetPools.get(String(rule.spec.targetPool));
    const members = (pool?.spec.instances ?? []) as readonly string[];
    return members.flatMap((member) => {
      const kept = this.#kept.instances.get(member.slice(member.indexOf('/') + 1));
      return kept ? [externalAddressOf(kept)] : [];
    });
  }

  /** Somebody changes a resource behind the engine's back. */
  tamper(kind: keyof Shelves<unknown>, name: string, fields: Readonly<Record<string, unknown>>): void {
    const kept = this.#kept[kind].get(name);
    if (!kept) throw new Error(`there is no ${kind} ${name} to tamper with`);
    this.#kept[kind].set(name, { ...kept, spec: { ...kept.spec, ...fields } });
  }

  #resource(kind: keyof Shelves<Kept>): ResourceClient<Found> {
    const shelf = () => this.#kept[kind];
    return {
      get: (at: GlobalResource, signal) =>
        this.#call(`get ${kind} ${at.name}`, signal, () => {
          const kept = shelf().get(at.name);
          return kept && this.#found(kind, kept);
        }),
      list: (_, signal) =>
        this.#call(`list ${kind}`, signal, () => [...shelf().values()].map((kept) => this.#found(kind, kept))),
      insert: (spec, { requestId, signal }) =>
        this.#call(`insert ${kind} ${spec.name}`, signal, () => this.#insert(kind, spec, requestId), takes.operationMs),
      delete: (at: GlobalResource, { signal }) =>
        this.#call(
          `delete ${kind} ${at.name}`,
          signal,
          () => {
            const kept = shelf().get(at.name);
            const user = kept && userOf(kind, this.#found(kind, kept), (k) => this.#specs(k));
            if (user) throw new KthwError('in-use', { doing: `deleting ${kind} ${at.name}` }, { detail: user });
            shelf().delete(at.name);
          },
          takes.operationMs,
        ),
    };
  }

  #insert(kind: keyof Shelves<Kept>, spec: Found, request: string): void {
    if (this.#requests.has(request)) return;
    this.#requests.add(request);
    const doing = `making ${kind} ${spec.name}`;
    const missing = missingFor(kind, spec, (k, name) => this.#kept[k].has(name));
    if (missing) throw new KthwError('cloud-invalid', { doing }, { detail: `${missing} was not found` });
    const before = this.#kept[kind].get(spec.name);
    if (before) {
      const bare = 'labels' in spec && Object.keys(before.spec.labels ?? {}).length === 0;
      if (bare) this.#kept[kind].set(spec.name, { ...before, spec: { ...before.spec, labels: spec.labels } });
      return;
    }
    const name = `${kind} ${spec.name}`;
    const turn = (this.#made.get(name) ?? 0) + 1;
    this.#made.set(name, turn);
    const birth = [...this.#made.values()].reduce((sum, n) => sum + n, 0);
    this.#kept[kind].set(spec.name, { spec: { ...spec, birth, turn }, at: +this.#clock.now() });
  }

  #found(kind: keyof Shelves<Kept>, kept: Kept): Found {
    const { spec } = kept;
    if (kind === 'addresses') return { ...spec, address: addressIn(35, spec.name) };
    if (kind === 'routes') return { automatic: false, ...spec };
    if (kind !== 'instances') return spec;
    const runs = this.#runs(kept);
    const found: InstanceState = {
      status: runs ? 'RUNNING' : kept.off ? 'TERMINATED' : 'PROVISIONING',
      externalAddress: runs ? externalAddressOf(kept) : undefined,
      metadataFingerprint: fingerprintOf(kept),
    };
    return { ...spec, ...found };
  }

  #power(verb: string, name: string, signal: AbortSignal, to: (kept: Kept) => Kept): Promise<void> {
    return this.#change(verb, 'instances', name, signal, to);
  }

  #change(
    verb: string,
    kind: keyof Shelves<Kept>,
    name: string,
    signal: AbortSignal,
    to: (kept: Kept) => Kept,
  ): Promise<void> {
    const effect = () => {
      const kept = this.#kept[kind].get(name);
      if (!kept) throw new KthwError('cloud-invalid', { doing: `${verb} ${name}` }, { detail: 'it was not found' });
      this.#kept[kind].set(name, to(kept));
    };
    return this.#call(`${verb} ${kind} ${name}`, signal, effect, takes.operationMs);
  }

  #runs(kept: Kept): boolean {
    return !kept.off && this.#age(kept) >= takes.bootMs;
  }

  #specs(kind: keyof Shelves<Kept>): readonly Found[] {
    return [...this.#kept[kind].values()].map(({ spec }) => spec);
  }

  #age({ at }: Kept): number {
    return +this.#clock.now() - at;
  }

  async #call<T>(call: string, signal: AbortSignal, effect: () => T, thenMs = 0): Promise<T> {
    if (signal.aborted) throw new KthwError('cancelled', {});
    return await this.faults.around(call, async () => {
      const result = effect();
      if (thenMs > 0) {
        await this.#clock.sleep(thenMs, signal).catch(() => {
          throw new KthwError('cancelled', {});
        });
      }
      return result;
    });
  }
}

function zonesOf(region: string): string[] {
  return ['a', 'b', 'c'].map((zone) => `${region}-${zone}`);
}

function hostKeyOf({ spec }: Kept): string {
  return `ssh-ed25519 ${Buffer.from(`${spec.name} ${spec.turn}`).toString('base64')}`;
}

function fingerprintOf({ spec }: Kept): string {
  return JSON.stringify(spec.metadata);
}

function externalAddressOf({ spec, restarts }: Kept): string {
  return addressIn(34, restarts === undefined ? spec.name : `${spec.name} ${restarts}`);
}

/** Always the same for a name, so that a run that was killed finds the addresses that it would have found. */
function addressIn(first: number, name: string): string {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return [first, hash >>> 24, (hash >>> 16) & 0xff, 1 + ((hash & 0xffff) % 254)].join('.');
}
