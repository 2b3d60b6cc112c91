/**
 * What phases may ask of Compute Engine, in the project's own words. `compute.ts` beside this implements it with Google's
 * client; tests bring a double. Names are the resources' names; every resource belongs to one project.
 */
export interface Cloud extends Power, Access {
  readonly networks: Resource<Network>;
  readonly subnetworks: Resource<Subnetwork>;
  readonly firewalls: Resource<FirewallRule>;
  readonly addresses: Resource<Address, Address & { readonly address: string }>;
  readonly instances: Resource<Instance, Instance & InstanceFound>;
  readonly routes: Resource<Route, Route & RouteFound>;
  readonly disks: Listed<Disk>;
  readonly healthChecks: Resource<HealthCheck>;
  readonly targetPools: Resource<TargetPool>;
  readonly forwardingRules: Resource<ForwardingRule>;
  /** ssh host keys that the machine wrote at its first boot: `ssh-ed25519 AAAA…`. Empty until it did. */
  hostKeys(at: Zonal, signal: AbortSignal): Promise<readonly string[]>;
  /** Health of each member of a target pool, by instance name. */
  poolHealth(at: Regional, signal: AbortSignal): Promise<ReadonlyMap<string, 'HEALTHY' | 'UNHEALTHY'>>;
  machineType(at: Zonal, signal: AbortSignal): Promise<MachineType | undefined>;
  /** Those that can be asked for in a zone, by name. @throws KthwError also where there is no such zone */
  machineTypes(zone: string, signal: AbortSignal): Promise<readonly (Global & MachineType)[]>;
  quotas(region: string, signal: AbortSignal): Promise<readonly Quota[] | undefined>;
  /** Zones of a region; undefined when there is no such region. */
  zones(region: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Every region that the project may use, by name. */
  regions(signal: AbortSignal): Promise<readonly Region[]>;
}

/** Where a resource is: a global one has only a name. */
export interface Global {
  readonly name: string;
}
export interface Regional extends Global {
  readonly region: string;
}
export interface Zonal extends Global {
  readonly zone: string;
}

/** What of a kind is in the project, whoever made it. */
export interface Listed<Found extends Global> {
  /** All of them; those of a kind that has a place, there. A place that does not exist has none. @throws KthwError */
  list(where: Place, signal: AbortSignal): Promise<readonly Found[]>;
  /** Returns when the operation is done. Absent already: no error. @throws KthwError */
  delete(at: Where<Found>, call: Call): Promise<void>;
}
export interface Place {
  readonly region: string;
  readonly zone: string;
}

export interface Resource<Spec extends Global, Found = Spec> {
  get(at: Spec | Where<Spec>, signal: AbortSignal): Promise<Found | undefined>;
  /**
   * Returns when Google's operation is done. `request` makes a repeat of the same call no second resource.
   * @throws KthwError
   */
  insert(spec: Spec, call: { readonly request: string; readonly signal: AbortSignal }): Promise<void>;
  /** Returns when the operation is done. Absent already: no error. @throws KthwError */
  delete(at: Spec | Where<Spec>, call: { readonly request: string; readonly signal: AbortSignal }): Promise<void>;
  /** All that are in the project; those of a kind that has a place, there. A place that does not exist has none. */
  list(where: Place, signal: AbortSignal): Promise<readonly Found[]>;
}

/**
 * Turning machines off and on. Each call returns when Google's operation is done, can be repeated, and throws a
 * KthwError, also where there is no such machine. A machine that starts gets another external address than it had.
 */
export interface Power {
  stopInstance(at: Zonal, call: Call): Promise<void>;
  startInstance(at: Zonal, call: Call): Promise<void>;
  /** Only of a machine that is `TERMINATED`. */
  setMachineType(at: Zonal, machineType: string, call: Call): Promise<void>;
}
/** Who can come in: each call returns when Google's operation is done and throws a KthwError, also where there is no such thing. */
export interface Access {
  /** Turns a firewall rule off or on; the rest of it stays as it is. */
  setFirewallDisabled(at: Global, disabled: boolean, call: Call): Promise<void>;
  /**
   * Replaces a machine's metadata, all of it.
   * @throws KthwError `not-ready` where somebody changed it since it was what `fingerprint` stands for
   */
  setMetadata(at: Zonal, to: MetadataChange, call: Call): Promise<void>;
}
export interface MetadataChange {
  readonly metadata: Metadata;
  /** Of what it was when it was read. */
  readonly fingerprint: string;
}
/** `request` makes a repeat of the same call no second change. */
export interface Call {
  readonly request: string;
  readonly signal: AbortSignal;
}
export type Where<Spec> = Pick<Spec, Extract<keyof Spec, 'name' | 'region' | 'zone'>>;

export interface Network extends Global {
  readonly description: string;
}
export interface Subnetwork extends Regional {
  readonly network: string;
  readonly range: string;
}
export interface FirewallRule extends Global {
  readonly network: string;
  readonly description: string;
  readonly sourceRanges: readonly string[];
  /** `tcp`, `tcp:22`, `icmp`: protocol and ports as gcloud writes them. */
  readonly allow: readonly string[];
  /** It is there, and lets nothing in as long as it is off. */
  readonly disabled: boolean;
}
/**
 * Labels of addresses and forwarding rules can't come with the insert: the adapter sets them right after it, and sets
 * those that are missing when an insert finds the resource there already (an earlier one was cut in between).
 */
export interface Address extends Regional {
  readonly description: string;
  readonly labels: Labels;
}
export interface Instance extends Zonal {
  readonly machineType: string;
  readonly network: string;
  readonly subnetwork: string;
  readonly region: string;
  readonly address: string;
  readonly canIpForward: boolean;
  readonly diskGb: number;
  /** `project/family`. Read only at insert: an image's name moves on, so a found machine shows what was asked. */
  readonly image: string;
  readonly tags: readonly string[];
  readonly labels: Labels;
  readonly scopes: readonly string[];
  readonly metadata: Metadata;
}
export interface InstanceFound {
  readonly status: string;
  readonly externalAddress: string | undefined;
  /** Another one for every other metadata. */
  readonly metadataFingerprint: string;
}
export interface Route extends Global {
  readonly network: string;
  readonly description: string;
  readonly destination: string;
  readonly nextHop: string;
}
export interface RouteFound {
  /** Google made it and takes it away: it comes with a network or a subnet. */
  readonly automatic: boolean;
}
/** Comes and goes with a machine; one that stayed behind still costs. */
export interface Disk extends Zonal {
  readonly labels: Labels;
}
/** Legacy HTTP health check: the only kind that a target pool takes. */
export interface HealthCheck extends Global {
  readonly description: string;
  readonly host: string;
  readonly path: string;
  readonly port: number;
  /** Seconds from one look to the next. */
  readonly checkIntervalSec: number;
  /** Seconds that an answer may take, at most the interval. */
  readonly timeoutSec: number;
  /** Good answers in a row until a member gets traffic. */
  readonly healthyThreshold: number;
}
export interface TargetPool extends Regional {
  readonly description: string;
  readonly healthCheck: string;
  /** `zone/name` of each member. */
  readonly instances: readonly string[];
}
export interface ForwardingRule extends Regional {
  readonly description: string;
  readonly labels: Labels;
  /** The IP address itself. */
  readonly address: string;
  readonly ports: string;
  readonly targetPool: string;
}
export interface MachineType {
  readonly cpus: number;
  readonly memoryMb: number;
  readonly sharedCpu: boolean;
}
export interface Region extends Global {
  readonly zones: readonly string[];
}
export interface Quota {
  readonly metric: string;
  readonly limit: number;
  readonly usage: number;
}
export type Labels = Readonly<Record<string, string>>;
export type Metadata = Readonly<Record<string, string>>;
