/**
 * Compute Engine as phases use it. `createComputeClient` implements it with Google's client, tests use a fake. All resources
 * belong to one project, and names are resource names.
 */
export interface ComputeClient extends InstancePower, AccessControl {
  readonly networks: ResourceClient<Network, Network & NetworkState>;
  readonly subnetworks: ResourceClient<Subnetwork>;
  readonly firewalls: ResourceClient<FirewallRule>;
  readonly addresses: ResourceClient<Address, Address & { readonly address: string }>;
  readonly instances: ResourceClient<InstanceSpec, InstanceSpec & InstanceState>;
  readonly routes: ResourceClient<Route, Route & RouteState>;
  readonly disks: ListDeleteClient<Disk>;
  readonly healthChecks: ResourceClient<HealthCheck>;
  readonly targetPools: ResourceClient<TargetPool>;
  readonly forwardingRules: ResourceClient<ForwardingRule, ForwardingRule & ForwardingRuleState>;
  /** SSH host keys that the instance published at first boot, as `ssh-ed25519 AAAA…`. Empty until then. */
  getHostKeys(ref: ZonalResource, signal: AbortSignal): Promise<readonly string[]>;
  /** The last bytes that the instance wrote to its serial console. Empty if it has written none. */
  getSerialOutput(ref: ZonalResource, byteCount: number, signal: AbortSignal): Promise<string>;
  /** Target pools of all regions. */
  listAllTargetPools(signal: AbortSignal): Promise<readonly TargetPool[]>;
  /** Health of each member of a target pool, by instance name. */
  getPoolHealth(ref: RegionalResource, signal: AbortSignal): Promise<ReadonlyMap<string, 'HEALTHY' | 'UNHEALTHY'>>;
  getMachineType(ref: ZonalResource, signal: AbortSignal): Promise<MachineType | undefined>;
  /** Available machine types of a zone, sorted by name. @throws KthwError also if the zone does not exist */
  listMachineTypes(zone: string, signal: AbortSignal): Promise<readonly (GlobalResource & MachineType)[]>;
  listQuotas(region: string, signal: AbortSignal): Promise<readonly Quota[] | undefined>;
  /** Quotas of the whole project, such as `CPUS_ALL_REGIONS` and `NETWORKS`. */
  listProjectQuotas(signal: AbortSignal): Promise<readonly Quota[]>;
  /** Zones of a region; undefined if the region does not exist. */
  listZones(region: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Regions available to the project, sorted by name. */
  listRegions(signal: AbortSignal): Promise<readonly Region[]>;
}

export interface GlobalResource {
  readonly name: string;
}
export interface RegionalResource extends GlobalResource {
  readonly region: string;
}
export interface ZonalResource extends GlobalResource {
  readonly zone: string;
}

/** Access to existing resources, including those that kthw did not create. */
export interface ListDeleteClient<Found extends GlobalResource> {
  /** All resources of the project, or of the zone or region for zonal and regional kinds. Empty if the location does not exist. @throws KthwError */
  list(location: Location, signal: AbortSignal): Promise<readonly Found[]>;
  /** Resolves when the operation is done, also if the resource is absent. @throws KthwError */
  delete(ref: ResourceRef<Found>, options: MutationOptions): Promise<void>;
}
export interface Location {
  readonly region: string;
  readonly zone: string;
}

export interface ResourceClient<Spec extends GlobalResource, Found = Spec> {
  get(ref: Spec | ResourceRef<Spec>, signal: AbortSignal): Promise<Found | undefined>;
  /** Resolves when the operation is done. Retries with the same `requestId` create no second resource. @throws KthwError */
  insert(spec: Spec, options: MutationOptions): Promise<void>;
  /** Resolves when the operation is done, also if the resource is absent. @throws KthwError */
  delete(ref: Spec | ResourceRef<Spec>, options: MutationOptions): Promise<void>;
  /** As in `ListDeleteClient`. */
  list(location: Location, signal: AbortSignal): Promise<readonly Found[]>;
}

/**
 * Stops, starts and resizes instances. Calls resolve when the operation is done and can be retried. They throw a KthwError,
 * also if the instance does not exist. Starting an instance changes its external IP address.
 */
export interface InstancePower {
  stopInstance(ref: ZonalResource, options: MutationOptions): Promise<void>;
  startInstance(ref: ZonalResource, options: MutationOptions): Promise<void>;
  /** Requires an instance in the state `TERMINATED`. */
  setMachineType(ref: ZonalResource, machineType: string, options: MutationOptions): Promise<void>;
}
/** Controls SSH access. Calls resolve when the operation is done and throw a KthwError, also if the resource does not exist. */
export interface AccessControl {
  /** Sets only `disabled` of a firewall rule. */
  setFirewallDisabled(ref: GlobalResource, disabled: boolean, options: MutationOptions): Promise<void>;
  /**
   * Replaces all metadata of an instance.
   * @throws KthwError `not-ready` if the metadata no longer matches `fingerprint`
   */
  setMetadata(ref: ZonalResource, change: MetadataChange, options: MutationOptions): Promise<void>;
}
export interface MetadataChange {
  readonly metadata: Metadata;
  /** `InstanceState.metadataFingerprint` of the metadata that this change is based on. */
  readonly fingerprint: string;
}
/** Retries with the same `requestId` make no second change. */
export interface MutationOptions {
  readonly requestId: string;
  readonly signal: AbortSignal;
}
export type ResourceRef<Spec> = Pick<Spec, Extract<keyof Spec, 'name' | 'region' | 'zone'>>;

export interface Network extends GlobalResource {
  readonly description: string;
}
export interface NetworkState {
  /** All subnets as `region/name`. */
  readonly subnetworks: readonly string[];
  /** Names of its peerings with other networks. */
  readonly peerings: readonly string[];
}
export interface Subnetwork extends RegionalResource {
  readonly description: string;
  readonly network: string;
  readonly range: string;
}
export interface FirewallRule extends GlobalResource {
  readonly network: string;
  readonly description: string;
  readonly sourceRanges: readonly string[];
  /** Protocol and ports as in gcloud: `tcp`, `tcp:22`, `icmp`. */
  readonly allow: readonly string[];
  readonly disabled: boolean;
}
/**
 * The API does not accept labels of addresses and forwarding rules on insert. The adapter sets them right afterwards. If an
 * insert finds an existing resource without labels, because an earlier call was interrupted, it sets them too.
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
  /** `project/family`. Used on insert only: a family's current image changes, so reads return the requested value. */
  readonly image: string;
  readonly tags: readonly string[];
  readonly labels: Labels;
  readonly metadata: Metadata;
}
export interface InstanceState {
  /** Unique among all instances ever created. */
  readonly id: string;
  readonly status: string;
  readonly externalAddress: string | undefined;
  /** Networks of all its interfaces. */
  readonly networks: readonly string[];
  readonly deletionProtection: boolean;
  /** Email addresses. */
  readonly serviceAccounts: readonly string[];
  readonly metadataFingerprint: string;
}
export interface Route extends GlobalResource {
  readonly network: string;
  readonly description: string;
  readonly destination: string;
  readonly nextHop: string;
}
export interface RouteState {
  /** Created and deleted by Google together with a network or subnet. */
  readonly automatic: boolean;
}
/** Boot disk, created and deleted with its instance. A disk left behind is still billed. */
export interface Disk extends ZonalResource {
  readonly labels: Labels;
}
/** Legacy HTTP health check, the only kind that target pools support. */
export interface HealthCheck extends GlobalResource {
  readonly description: string;
  readonly host: string;
  readonly path: string;
  readonly port: number;
  readonly checkIntervalSec: number;
  /** At most `checkIntervalSec`. */
  readonly timeoutSec: number;
  /** Consecutive successful checks before a member receives traffic. */
  readonly healthyThreshold: number;
}
export interface TargetPool extends RegionalResource {
  readonly description: string;
  readonly healthCheck: string;
  /** Members as `zone/name`. */
  readonly instances: readonly string[];
}
export interface ForwardingRule extends RegionalResource {
  readonly description: string;
  readonly labels: Labels;
  /** IP address, not the name of an address resource. */
  readonly address: string;
  readonly ports: string;
  readonly targetPool: string;
}
export interface ForwardingRuleState {
  /** Of an internal forwarding rule; empty for an external one. */
  readonly network: string;
}
export interface MachineType {
  readonly cpus: number;
  readonly memoryMb: number;
  readonly sharedCpu: boolean;
  /** `X86_64` or `ARM64`. */
  readonly architecture?: string;
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
