/**
 * Machines and networks behind the Compute Engine API. `local/compute/machines/` implements it with systemd-nspawn and
 * network namespaces. API tests use the in-memory backend (`none`).
 */
export interface MachineBackend {
  /** Creates or updates a network to match the spec. Idempotent; called after each change of a part. */
  applyNetwork(spec: NetworkSpec): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  /** Resolves once the machine's init runs. As on Compute Engine, sshd starts a little later. */
  create(machine: MachineSpec): Promise<void>;
  /**
   * Registers a machine that an earlier process created, and boots it from its disk if `isRunning`.
   * @returns false when the disk is lost; the machine is then registered as stopped
   */
  restore(machine: MachineSpec, isRunning: boolean): Promise<boolean>;
  /** Deletes what an interrupted create or remove left on disk. */
  removeDisk(name: string): Promise<void>;
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  /**
   * Hard reset: powers the machine off without shutdown and boots it. If omitted, the API stops and starts the machine.
   */
  reset?(name: string): Promise<void>;
  /** Changes the CPU and memory limits of a stopped or running machine (change of machine type). */
  resize(name: string, limits: MachineLimits): Promise<void>;
  remove(name: string): Promise<void>;
  /** Replaces the metadata served to the machine. */
  setMetadata(name: string, metadata: MachineMetadata): Promise<void>;
  /** Replaces a machine's network tags, which firewall rules match. If omitted, the API rejects `setTags`. */
  setTags?(name: string, tags: readonly string[]): Promise<void>;
  /** Guest attributes written by the machine, keyed by `namespace/key`. */
  getGuestAttributes(name: string): ReadonlyMap<string, string>;
  /** Returns the console output so far. */
  readConsole(name: string): Promise<string>;
  /** Last health check result of a target pool member. */
  getHealth(externalAddress: string, internalAddress: string): 'HEALTHY' | 'UNHEALTHY';
  /** Removes all processes, mounts, namespaces and cgroups; also the disks, unless the state is kept. */
  close(): Promise<void>;
}

export interface NetworkSpec {
  readonly name: string;
  readonly subnets: readonly { readonly name: string; readonly range: string }[];
  readonly routes: readonly { readonly destination: string; readonly nextHop: string; readonly priority: number }[];
  /** Ingress rules. As on Compute Engine, unmatched packets are dropped. */
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
  /** An empty `ports` means all ports. `protocol` uses Google's values: tcp, udp, icmp, esp, all, or a number. */
  readonly protocols: readonly { readonly protocol: string; readonly ports: readonly string[] }[];
}

/** An external address, emulated by a loopback address of the host. Reachable from the host and from the machines. */
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
  /** vCPUs; a fraction for shared-core types (f1-micro has 0.2). */
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
