import { publishedLimits } from '../../local/compute/published-limits.ts';
import { KthwError } from '../../src/engine/cluster/errors.ts';
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
  TargetPool,
} from '../../src/engine/gcp/compute/compute-client.ts';
import type { FakeClock } from './clock.ts';
import { createResourceTables, findMissingReference, findReferrer, type ResourceTables } from './compute-rules.ts';
import { FaultInjector } from './fault-injector.ts';

const machineTypes: Readonly<Record<string, MachineType>> = {
  'f1-micro': { cpus: 1, memoryMb: 614, sharedCpu: true },
  'g1-small': { cpus: 1, memoryMb: 1_740, sharedCpu: true },
  'e2-micro': { cpus: 2, memoryMb: 1_024, sharedCpu: true },
  'e2-medium': { cpus: 2, memoryMb: 4_096, sharedCpu: true },
  'e2-standard-2': { cpus: 2, memoryMb: 8_192, sharedCpu: false },
  'e2-standard-4': { cpus: 4, memoryMb: 16_384, sharedCpu: false },
  't2a-standard-2': { cpus: 2, memoryMb: 8_192, sharedCpu: false, architecture: 'ARM64' },
};

const regionNames = ['europe-west1', 'us-central1', 'us-west1'];

/** Durations on the fake clock. */
const durations = { operationMs: 3_000, bootMs: 12_000, hostKeysMs: 20_000, agentMs: 3_500 } as const;

type Resource = GlobalResource & Readonly<Record<string, unknown>>;
interface StoredResource {
  readonly spec: Resource;
  /** Creation time; for an instance, the time of its last start. */
  readonly startedAt: number;
  readonly isStopped?: boolean;
  /** Number of starts after the first. */
  readonly restarts?: number;
  /** When the guest agent applies the latest metadata. */
  readonly metadataAppliedAt?: number;
}

export interface FakeInstance {
  readonly name: string;
  readonly instanceId: number;
  readonly restarts: number;
  readonly externalAddress: string;
  readonly spec: InstanceSpec;
}

/**
 * The one fake of `ComputeClient`. A mutation takes effect at once and returns when its operation completes, so that a
 * caller that crashes in between leaves the effect. A repeated insert succeeds, as the adapter's handling of 409 does.
 */
export class FakeCompute implements ComputeClient {
  readonly faults = new FaultInjector();
  readonly quotaLimits: Record<string, number> = { CPUS: 500, IN_USE_ADDRESSES: 500, INSTANCES: 500 };
  readonly projectQuotaLimits: Record<string, number> = { CPUS_ALL_REGIONS: 500, NETWORKS: 50, ROUTES: 250 };
  readonly #clock: FakeClock;
  readonly #resources: ResourceTables<StoredResource> = createResourceTables();
  readonly #requestIds = new Set<string>();
  readonly #insertCounts = new Map<string, number>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  readonly networks = this.#createResourceClient('networks') as unknown as ComputeClient['networks'];
  readonly subnetworks = this.#createResourceClient('subnetworks') as unknown as ComputeClient['subnetworks'];
  readonly firewalls = this.#createResourceClient('firewalls') as unknown as ComputeClient['firewalls'];
  readonly addresses = this.#createResourceClient('addresses') as unknown as ComputeClient['addresses'];
  readonly instances = this.#createResourceClient('instances') as unknown as ComputeClient['instances'];
  readonly routes = this.#createResourceClient('routes') as unknown as ComputeClient['routes'];
  readonly healthChecks = this.#createResourceClient('healthChecks') as unknown as ComputeClient['healthChecks'];
  readonly targetPools = this.#createResourceClient('targetPools') as unknown as ComputeClient['targetPools'];
  readonly forwardingRules = this.#createResourceClient(
    'forwardingRules',
  ) as unknown as ComputeClient['forwardingRules'];

  /** Disks are part of their instances. */
  readonly disks: ComputeClient['disks'] = { list: async () => [], delete: async () => {} };

  /** Output of serial consoles by instance name, instead of a successful boot. */
  readonly serialOutputs = new Map<string, string>();

  /** Names of instances whose guest attributes Google removed, because they were queried too often. */
  readonly lostAttributes = new Set<string>();
  readonly #attributeQueries = new Map<string, number[]>();

  /** Health of a pool member. The environment replaces it. */
  getInstanceHealth: (instance: string) => 'HEALTHY' | 'UNHEALTHY' = () => 'HEALTHY';

  async getHostKeys({ name }: GlobalResource, signal: AbortSignal): Promise<readonly string[]> {
    return this.#call(`hostKeys ${name}`, signal, () => {
      const kept = this.#resources.instances.get(name);
      if (kept) this.#countAttributeQuery(name);
      if (this.lostAttributes.has(name)) return [];
      const wrote = kept && (kept.restarts !== undefined || this.#getAgeMs(kept) >= durations.hostKeysMs);
      return wrote ? [getHostKey(kept)] : [];
    });
  }

  #countAttributeQuery(name: string): void {
    const now = +this.#clock.now();
    const times = [...(this.#attributeQueries.get(name) ?? []), now];
    this.#attributeQueries.set(name, times);
    for (const { count, perMs } of publishedLimits.guestAttributeQueries.value)
      if (times.filter((time) => time > now - perMs).length > count) this.lostAttributes.add(name);
  }

  async getSerialOutput({ name }: GlobalResource, byteCount: number, signal: AbortSignal): Promise<string> {
    return this.#call(`serialOutput ${name}`, signal, () => {
      const kept = this.#resources.instances.get(name);
      const lines = ['Booting from Hard Disk 0...', '[    0.000000] Linux version 6.8.0-1015-gcp'];
      const output = kept && [...lines, ...(this.#isRunning(kept) ? [`${name} login: `] : [])].join('\r\n');
      return (this.serialOutputs.get(name) ?? output ?? '').slice(-byteCount);
    });
  }

  stopInstance({ name }: GlobalResource, { signal }: MutationOptions): Promise<void> {
    return this.#changeInstance('stop', name, signal, (kept) => ({ ...kept, isStopped: true }));
  }

  startInstance({ name }: GlobalResource, { signal }: MutationOptions): Promise<void> {
    return this.#changeInstance('start', name, signal, (kept) => {
      const { isStopped, restarts = 0, spec } = kept;
      return isStopped ? { spec, startedAt: +this.#clock.now(), restarts: restarts + 1 } : kept;
    });
  }

  setMachineType({ name }: GlobalResource, machineType: string, { signal }: MutationOptions): Promise<void> {
    return this.#changeInstance('setMachineType', name, signal, (kept) => {
      if (!kept.isStopped) throw new KthwError('cloud-invalid', { doing: `changing ${name}` }, { detail: 'it runs' });
      return { ...kept, spec: { ...kept.spec, machineType } };
    });
  }

  setFirewallDisabled({ name }: GlobalResource, disabled: boolean, { signal }: MutationOptions): Promise<void> {
    const change = (kept: StoredResource) => ({ ...kept, spec: { ...kept.spec, disabled } });
    return this.#change('setFirewallDisabled', 'firewalls', name, signal, change);
  }

  setMetadata(
    { name }: GlobalResource,
    { metadata, fingerprint }: MetadataChange,
    { signal }: MutationOptions,
  ): Promise<void> {
    return this.#change('setMetadata', 'instances', name, signal, (kept) => {
      if (fingerprint !== getMetadataFingerprint(kept)) throw new KthwError('not-ready', { doing: `changing ${name}` });
      return { ...kept, spec: { ...kept.spec, metadata }, metadataAppliedAt: +this.#clock.now() + durations.agentMs };
    });
  }

  /** Whether an instance accepts SSH connections, by its firewall rules and applied keys. */
  checkSshAccess(machine: string): 'in' | 'unreachable' | 'denied' {
    const kept = this.#resources.instances.get(machine);
    const isOpen = this.#listSpecs('firewalls').some(
      ({ network, allow, disabled }) =>
        network === kept?.spec.network && !disabled && (allow as readonly string[]).includes('tcp:22'),
    );
    if (!kept || !isOpen) return 'unreachable';
    const { 'ssh-keys': keys = '' } = kept.spec.metadata as InstanceSpec['metadata'];
    return keys !== '' && (kept.metadataAppliedAt ?? 0) <= +this.#clock.now() ? 'in' : 'denied';
  }

  listAllTargetPools(signal: AbortSignal): Promise<readonly TargetPool[]> {
    return this.#call('list all targetPools', signal, () => this.#listSpecs('targetPools') as unknown as TargetPool[]);
  }

  async getPoolHealth(
    { name }: GlobalResource,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, 'HEALTHY' | 'UNHEALTHY'>> {
    return this.#call(`poolHealth ${name}`, signal, () => {
      const members = (this.#resources.targetPools.get(name)?.spec.instances ?? []) as readonly string[];
      const names = members.map((member) => member.slice(member.indexOf('/') + 1));
      return new Map(names.map((instance) => [instance, this.getInstanceHealth(instance)]));
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
    return this.#call('regions', signal, () => regionNames.map((name) => ({ name, zones: listZoneNames(name) })));
  }

  listQuotas(region: string, signal: AbortSignal): Promise<readonly Quota[] | undefined> {
    const usage: Record<string, number> = {
      CPUS: this.#resources.instances.size * 2,
      IN_USE_ADDRESSES: this.#resources.instances.size + this.#resources.forwardingRules.size,
      INSTANCES: this.#resources.instances.size,
    };
    return this.#call(`quotas ${region}`, signal, () =>
      Object.entries(this.quotaLimits).map(([metric, limit]) => ({ metric, limit, usage: usage[metric] ?? 0 })),
    );
  }

  listProjectQuotas(signal: AbortSignal): Promise<readonly Quota[]> {
    const usage: Record<string, number> = {
      CPUS_ALL_REGIONS: this.#resources.instances.size * 2,
      NETWORKS: this.#resources.networks.size,
      ROUTES: this.#resources.routes.size,
    };
    return this.#call('project quotas', signal, () =>
      Object.entries(this.projectQuotaLimits).map(([metric, limit]) => ({ metric, limit, usage: usage[metric] ?? 0 })),
    );
  }

  listZones(region: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    return this.#call(`zones ${region}`, signal, () => listZoneNames(region));
  }

  /** Existing resources as `KIND NAME`, sorted. */
  listResourceNames(): string[] {
    return Object.entries(this.#resources)
      .flatMap(([kind, shelf]) => [...shelf.keys()].map((name) => `${kind} ${name}`))
      .sort();
  }

  /** Number of inserts that created a resource of this kind and name. */
  countInserts(kind: keyof ResourceTables<unknown>, name: string): number {
    return this.#insertCounts.get(`${kind} ${name}`) ?? 0;
  }

  /** Number of creations by `KIND NAME`, including deleted resources. */
  getInsertCounts(): ReadonlyMap<string, number> {
    return this.#insertCounts;
  }

  /** The running instance at an external address. Its ID is unique among all instances ever created. */
  findInstanceByAddress(address: string): (FakeInstance & { hostKey: string }) | undefined {
    const found = this.listInstances().find(({ externalAddress }) => externalAddress === address);
    const kept = found && this.#resources.instances.get(found.name);
    return kept && this.#isRunning(kept) ? { ...found, hostKey: getHostKey(kept) } : undefined;
  }

  /** All instances with their external addresses, also those that are not running. */
  listInstances(): FakeInstance[] {
    return [...this.#resources.instances].map(([name, kept]) => ({
      name,
      instanceId: Number(kept.spec.instanceId),
      restarts: kept.restarts ?? 0,
      externalAddress: getExternalAddress(kept),
      spec: kept.spec as unknown as InstanceSpec,
    }));
  }

  /** External addresses of the instances behind a forwarding rule. */
  listBackendAddresses(address: string): string[] {
    const rule = [...this.#resources.forwardingRules.values()].find(({ spec }) => spec.address === address);
    const pool = rule && this.#resources.targetPools.get(String(rule.spec.targetPool));
    const members = (pool?.spec.instances ?? []) as readonly string[];
    return members.flatMap((member) => {
      const kept = this.#resources.instances.get(member.slice(member.indexOf('/') + 1));
      return kept ? [getExternalAddress(kept)] : [];
    });
  }

  /** Changes a resource behind the engine's back. */
  tamper(kind: keyof ResourceTables<unknown>, name: string, fields: Readonly<Record<string, unknown>>): void {
    const kept = this.#resources[kind].get(name);
    if (!kept) throw new Error(`${kind} ${name} does not exist`);
    this.#resources[kind].set(name, { ...kept, spec: { ...kept.spec, ...fields } });
  }

  #createResourceClient(kind: keyof ResourceTables<StoredResource>): ResourceClient<Resource> {
    const shelf = () => this.#resources[kind];
    return {
      get: (at: GlobalResource, signal) =>
        this.#call(`get ${kind} ${at.name}`, signal, () => {
          const kept = shelf().get(at.name);
          return kept && this.#toResource(kind, kept);
        }),
      list: (location, signal) =>
        this.#call(`list ${kind}`, signal, () =>
          [...shelf().values()]
            .filter(({ spec: { region = location.region, zone = location.zone } }) => {
              return region === location.region && zone === location.zone;
            })
            .map((kept) => this.#toResource(kind, kept)),
        ),
      insert: (spec, { requestId, signal }) =>
        this.#call(
          `insert ${kind} ${spec.name}`,
          signal,
          () => this.#insert(kind, spec, requestId),
          durations.operationMs,
        ),
      delete: (at: GlobalResource, { signal }) =>
        this.#call(
          `delete ${kind} ${at.name}`,
          signal,
          () => {
            const kept = shelf().get(at.name);
            const doing = `deleting ${kind} ${at.name}`;
            const user = kept && findReferrer(kind, this.#toResource(kind, kept), (k) => this.#listSpecs(k));
            if (kept?.spec.deletionProtection === true)
              throw new KthwError('cloud-invalid', { doing }, { detail: `${at.name} is protected against deletion` });
            if (user) throw new KthwError('in-use', { doing }, { detail: user });
            shelf().delete(at.name);
          },
          durations.operationMs,
        ),
    };
  }

  #insert(kind: keyof ResourceTables<StoredResource>, spec: Resource, request: string): void {
    if (this.#requestIds.has(request)) return;
    this.#requestIds.add(request);
    const doing = `making ${kind} ${spec.name}`;
    const missing = findMissingReference(kind, spec, (k, name) => this.#resources[k].has(name));
    if (missing) throw new KthwError('cloud-invalid', { doing }, { detail: `${missing} was not found` });
    const before = this.#resources[kind].get(spec.name);
    if (before) {
      const bare = 'labels' in spec && Object.keys(before.spec.labels ?? {}).length === 0;
      if (bare) this.#resources[kind].set(spec.name, { ...before, spec: { ...before.spec, labels: spec.labels } });
      return;
    }
    const name = `${kind} ${spec.name}`;
    const turn = (this.#insertCounts.get(name) ?? 0) + 1;
    this.#insertCounts.set(name, turn);
    const instanceId = [...this.#insertCounts.values()].reduce((sum, n) => sum + n, 0);
    this.#resources[kind].set(spec.name, { spec: { ...spec, instanceId, turn }, startedAt: +this.#clock.now() });
  }

  #toResource(kind: keyof ResourceTables<StoredResource>, kept: StoredResource): Resource {
    const { spec } = kept;
    if (kind === 'addresses') return { ...spec, address: hashToAddress(35, spec.name) };
    if (kind === 'routes') return { automatic: false, ...spec };
    if (kind === 'forwardingRules') return { network: '', ...spec };
    if (kind === 'networks') return { peerings: [], ...spec, subnetworks: this.#listSubnetworks(spec.name) };
    if (kind !== 'instances') return spec;
    const runs = this.#isRunning(kept);
    const found: InstanceState = {
      id: String(spec.instanceId),
      status: runs ? 'RUNNING' : kept.isStopped ? 'TERMINATED' : 'PROVISIONING',
      externalAddress: runs ? getExternalAddress(kept) : undefined,
      networks: [String(spec.network)],
      deletionProtection: spec.deletionProtection === true,
      serviceAccounts: [],
      metadataFingerprint: getMetadataFingerprint(kept),
    };
    return { ...spec, ...found };
  }

  #changeInstance(
    verb: string,
    name: string,
    signal: AbortSignal,
    to: (kept: StoredResource) => StoredResource,
  ): Promise<void> {
    return this.#change(verb, 'instances', name, signal, to);
  }

  #change(
    verb: string,
    kind: keyof ResourceTables<StoredResource>,
    name: string,
    signal: AbortSignal,
    to: (kept: StoredResource) => StoredResource,
  ): Promise<void> {
    const effect = () => {
      const kept = this.#resources[kind].get(name);
      if (!kept) throw new KthwError('cloud-invalid', { doing: `${verb} ${name}` }, { detail: 'it was not found' });
      this.#resources[kind].set(name, to(kept));
    };
    return this.#call(`${verb} ${kind} ${name}`, signal, effect, durations.operationMs);
  }

  #isRunning(kept: StoredResource): boolean {
    return !kept.isStopped && this.#getAgeMs(kept) >= durations.bootMs;
  }

  #listSpecs(kind: keyof ResourceTables<StoredResource>): readonly Resource[] {
    return [...this.#resources[kind].values()].map(({ spec }) => spec);
  }

  #listSubnetworks(network: string): readonly string[] {
    return this.#listSpecs('subnetworks')
      .filter((subnet) => subnet.network === network)
      .map(({ region, name }) => `${region}/${name}`);
  }

  #getAgeMs({ startedAt }: StoredResource): number {
    return +this.#clock.now() - startedAt;
  }

  async #call<T>(call: string, signal: AbortSignal, effect: () => T, thenMs = 0): Promise<T> {
    if (signal.aborted) throw new KthwError('cancelled', {});
    return await this.faults.run(call, async () => {
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

function listZoneNames(region: string): string[] {
  return ['a', 'b', 'c'].map((zone) => `${region}-${zone}`);
}

function getHostKey({ spec }: StoredResource): string {
  return `ssh-ed25519 ${Buffer.from(`${spec.name} ${spec.turn}`).toString('base64')}`;
}

function getMetadataFingerprint({ spec }: StoredResource): string {
  return JSON.stringify(spec.metadata);
}

function getExternalAddress({ spec, restarts }: StoredResource): string {
  return hashToAddress(34, restarts === undefined ? spec.name : `${spec.name} ${restarts}`);
}

/** Deterministic, so that an interrupted run and an uninterrupted one get equal addresses. */
function hashToAddress(first: number, name: string): string {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return [first, hash >>> 24, (hash >>> 16) & 0xff, 1 + ((hash & 0xffff) % 254)].join('.');
}
