/**
 * What the local Compute API asks of the machines behind it. `local/compute/machines/` holds the implementation on
 * systemd-nspawn and network namespaces; `none` is one that only remembers, for the API's own tests.
 */
export interface MachineBackend {
  /** Makes a network as `plan` says, or changes it to that. Called after every change of a part; idempotent. */
  applyNetwork(spec: NetworkSpec): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  /** Resolves once the machine's init runs; sshd answers a little later, as on Compute Engine. */
  create(machine: MachineSpec): Promise<void>;
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  /** Pulls the plug and boots again. Left out where there is no such thing; it is then stopped and started. */
  reset?(name: string): Promise<void>;
  /** Gives a stopped or running machine other limits (a change of machine type). */
  resize(name: string, limits: MachineLimits): Promise<void>;
  remove(name: string): Promise<void>;
  /** Replaces what the machine's metadata server shows. */
  setMetadata(name: string, metadata: MachineMetadata): Promise<void>;
  /** Gives a machine other tags, for the firewall. Left out where tags can't change; the API then refuses `setTags`. */
  setTags?(name: string, tags: readonly string[]): Promise<void>;
  /** Guest attributes that the machine has written, by `namespace/key`. */
  getGuestAttributes(name: string): ReadonlyMap<string, string>;
  /** The console's output so far. */
  readConsole(name: string): Promise<string>;
  /** Health of a pool's members as its health check last saw it. */
  getHealth(externalAddress: string, internalAddress: string): 'HEALTHY' | 'UNHEALTHY';
  /** Takes everything down: processes, mounts, namespaces, cgroups. */
  close(): Promise<void>;
}

export interface NetworkSpec {
  readonly name: string;
  readonly subnets: readonly { readonly name: string; readonly range: string }[];
  readonly routes: readonly { readonly destination: string; readonly nextHop: string; readonly priority: number }[];
  /** Ingress allowances; what none of them names is dropped, as on Compute Engine. */
  readonly firewall: readonly FirewallRuleSpec[];
  readonly externalAddresses: readonly ExternalAddressSpec[];
}

export interface FirewallRuleSpec {
  readonly name: string;
  readonly action: 'allow' | 'deny';
  readonly priority: number;
  readonly sourceRanges: readonly string[];
  readonly sourceTags: readonly string[];
  readonly targetTags: readonly string[];
  /** `ports` empty: all of them. `protocol` as Google writes it: tcp, udp, icmp, esp, all, or a number. */
  readonly protocols: readonly { readonly protocol: string; readonly ports: readonly string[] }[];
}

/** An external address: a loopback address on the outside, reached from outside and from the machines alike. */
export type ExternalAddressSpec =
  | { readonly kind: 'machine'; readonly address: string; readonly target: string }
  | {
      readonly kind: 'balancer';
      readonly address: string;
      readonly ports: readonly [first: number, last: number];
      readonly targets: readonly string[];
      readonly healthCheck: HealthCheckSpec | undefined;
    };

export interface HealthCheckSpec {
  readonly host: string | undefined;
  readonly port: number;
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface MachineLimits {
  /** CPUs, a fraction for shared-core types: f1-micro has 0.2. */
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface MachineSpec {
  readonly name: string;
  readonly id: string;
  readonly network: string;
  readonly address: string;
  readonly tags: readonly string[];
  readonly canIpForward: boolean;
  readonly limits: MachineLimits;
  readonly metadata: MachineMetadata;
}

export interface MachineMetadata {
  readonly project: Readonly<Record<string, string>>;
  readonly instance: Readonly<Record<string, string>>;
  readonly zone: string;
  readonly projectId: string;
  readonly externalAddress: string | undefined;
}
