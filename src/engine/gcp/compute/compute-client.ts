/**
 * What phases may ask of Compute Engine, in the project's own words. `compute.ts` beside this implements it with Google's
 * client; tests bring a double. Names are the resources' names; every resource belongs to one project.
 */
export interface ComputeClient extends InstancePower, AccessControl {
  readonly networks: ResourceClient<Network>;
  readonly subnetworks: ResourceClient<Subnetwork>;
  readonly firewalls: ResourceClient<FirewallRule>;
  readonly addresses: ResourceClient<Address, Address & { readonly address: string }>;
  readonly instances: ResourceClient<InstanceSpec, InstanceSpec & InstanceState>;
  readonly routes: ResourceClient<Route, Route & RouteState>;
  readonly disks: ListDeleteClient<Disk>;
  readonly healthChecks: ResourceClient<HealthCheck>;
  readonly targetPools: ResourceClient<TargetPool>;
  readonly forwardingRules: ResourceClient<ForwardingRule>;
  /** ssh host keys that the machine wrote at its first boot: `ssh-ed25519 AAAA…`. Empty until it did. */
  getHostKeys(ref: ZonalResource, signal: AbortSignal): Promise<readonly string[]>;
  /** Health of each member of a target pool, by instance name. */
  getPoolHealth(ref: RegionalResource, signal: AbortSignal): Promise<ReadonlyMap<string, 'HEALTHY' | 'UNHEALTHY'>>;
  getMachineType(ref: ZonalResource, signal: AbortSignal): Promise<MachineType | undefined>;
  /** Those that can be asked for in a zone, by name. @throws KthwError also where there is no such zone */
  listMachineTypes(zone: string, signal: AbortSignal): Promise<readonly (GlobalResource & MachineType)[]>;
  listQuotas(region: string, signal: AbortSignal): Promise<readonly Quota[] | undefined>;
  /** Zones of a region; undefined when there is no such region. */
  listZones(region: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Every region that the project may use, by name. */
  listRegions(signal: AbortSignal): Promise<readonly Region[]>;
}

/** Where a resource is: a global one has only a name. */
export interface GlobalResource {
  readonly name: string;
}
export interface RegionalResource extends GlobalResource {
  readonly region: string;
}
export interface ZonalResource extends GlobalResource {
  readonly zone: string;
}

/** What of a kind is in the project, whoever made it. */
export interface ListDeleteClient<Found extends GlobalResource> {
  /** All of them; those of a kind that has a place, there. A place that does not exist has none. @throws KthwError */
  list(location: Location, signal: AbortSignal): Promise<readonly Found[]>;
  /** Returns when the operation is done. Absent already: no error. @throws KthwError */
  delete(ref: ResourceRef<Found>, options: MutationOptions): Promise<void>;
}
export interface Location {
  readonly region: string;
  readonly zone: string;
}

export interface ResourceClient<Spec extends GlobalResource, Found = Spec> {
  get(ref: Spec | ResourceRef<Spec>, signal: AbortSignal): Promise<Found | undefined>;
  /**
   * Returns when Google's operation is done. `request` makes a repeat of the same call no second resource.
   * @throws KthwError
   */
  insert(spec: Spec, options: { readonly requestId: string; readonly signal: AbortSignal }): Promise<void>;
  /** Returns when the operation is done. Absent already: no error. @throws KthwError */
  delete(
    ref: Spec | ResourceRef<Spec>,
    options: { readonly requestId: string; readonly signal: AbortSignal },
  ): Promise<void>;
  /** All that are in the project; those of a kind that has a place, there. A place that does not exist has none. */
  list(location: Location, signal: AbortSignal): Promise<readonly Found[]>;
}

/**
 * Turning machines off and on. Each call returns when Google's operation is done, can be repeated, and throws a
 * KthwError, also where there is no such machine. A machine that starts gets another external address than it had.
 */
export interface InstancePower {
  stopInstance(ref: ZonalResource, options: MutationOptions): Promise<void>;
  startInstance(ref: ZonalResource, options: MutationOptions): Promise<void>;
  /** Only of a machine that is `TERMINATED`. */
  setMachineType(ref: ZonalResource, machineType: string, options: MutationOptions): Promise<void>;
}
/** Who can come in: each call returns when Google's operation is done and throws a KthwError, also where there is no such thing. */
export interface AccessControl {
  /** Turns a firewall rule off or on; the rest of it stays as it is. */
  setFirewallDisabled(ref: GlobalResource, disabled: boolean, options: MutationOptions): Promise<void>;
  /**
   * Replaces a machine's metadata, all of it.
   * @throws KthwError `not-ready` where somebody changed it since it was what `fingerprint` stands for
   */
  setMetadata(ref: ZonalResource, change: MetadataChange, options: MutationOptions): Promise<void>;
}
export interface MetadataChange {
  readonly metadata: Metadata;
  /** Of what it was when it was read. */
  readonly fingerprint: string;
}
/** `request` makes a repeat of the same call no second change. */
export interface MutationOptions {
  readonly requestId: string;
  readonly signal: AbortSignal;
}
export type ResourceRef<Spec> = Pick<Spec, Extract<keyof Spec, 'name' | 'region' | 'zone'>>;

export interface Network extends GlobalResource {
  readonly description: string;
}
export interface Subnetwork extends RegionalResource {
  readonly network: string;
  readonly range: string;
}
export interface FirewallRule extends GlobalResource {
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
export interface Address extends RegionalResource {
  readonly description: string;
  readonly labels: Labels;
}
export interface InstanceSpec extends ZonalResource {
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
export interface InstanceState {
  readonly status: string;
  readonly externalAddress: string | undefined;
  /** Another one for every other metadata. */
  readonly metadataFingerprint: string;
}
export interface Route extends GlobalResource {
  readonly network: string;
  readonly description: string;
  readonly destination: string;
  readonly nextHop: string;
}
export interface RouteState {
  /** Google made it and takes it away: it comes with a network or a subnet. */
  readonly automatic: boolean;
}
/** Comes and goes with a machine; one that stayed behind still costs. */
export interface Disk extends ZonalResource {
  readonly labels: Labels;
}
/** Legacy HTTP health check: the only kind that a target pool takes. */
export interface HealthCheck extends GlobalResource {
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
export interface TargetPool extends RegionalResource {
  readonly description: string;
  readonly healthCheck: string;
  /** `zone/name` of each member. */
  readonly instances: readonly string[];
}
export interface ForwardingRule extends RegionalResource {
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
export interface Region extends GlobalResource {
  readonly zones: readonly string[];
}
export interface Quota {
  readonly metric: string;
  readonly limit: number;
  readonly usage: number;
}
export type Labels = Readonly<Record<string, string>>;
export type Metadata = Readonly<Record<string, string>>;
