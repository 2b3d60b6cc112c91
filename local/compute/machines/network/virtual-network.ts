import { join } from 'node:path';
import type { ExternalAddressSpec, MachineSpec, NetworkSpec } from '../../machine-backend.ts';
import { publishedLimits } from '../../published-limits.ts';
import type { HostResourceNames } from '../host/host-resource-names.ts';
import { runCommand, runIpCommands } from '../host/run-command.ts';
import { type MetadataRecord, MetadataServer } from '../metadata/metadata-server.ts';
import { coalesceCalls } from './coalesce-calls.ts';
import { renderHostsFile, writeInPlace } from './hosts-file.ts';
import { type LoadBalancerSpec, LoadBalancers } from './load-balancers.ts';
import { renderMachineRuleset } from './machine-ruleset.ts';
import type { NetworkAttachment } from './network-attachment.ts';
import { NetworkNamespace } from './network-namespace.ts';
import { type InternetService, renderNetworkRoutes } from './network-routes.ts';
import { renderNetworkRuleset } from './network-ruleset.ts';
import { listExternallyOpenPorts } from './open-ports.ts';
import { type PortForward, PortForwarder } from './port-forwarder.ts';
import { computeGateway, isInSubnet } from './subnets.ts';
import { TransitAddressPool } from './transit-address-pool.ts';

interface NetworkOptions {
  readonly name: string;
  readonly resourceNames: HostResourceNames;
  readonly folder: string;
  readonly internet: readonly InternetService[];
  readonly log: (line: string) => void;
  /** A machine of this network, by name. */
  readonly findRecord: (machine: string) => MetadataRecord | undefined;
}

/**
 * Kernel settings of a network's namespace: enables routing, including loopback addresses that emulate external ones.
 */
const networkSysctls = {
  ip_forward: 1,
  'conf/all/rp_filter': 0,
  'conf/default/rp_filter': 0,
  'conf/all/route_localnet': 1,
  'conf/all/send_redirects': 0,
  'conf/default/send_redirects': 0,
};

/** Kernel settings of a machine's namespace. */
const machineSysctls = { 'conf/all/route_localnet': 1, 'conf/all/rp_filter': 0, 'conf/default/rp_filter': 0 };

/** A VPC network: a namespace that routes between its machines and, over one veth pair, to the host. */
export class VirtualNetwork {
  /** Bind-mounted as /etc/hosts in the network's machines. */
  readonly hostsFile: string;
  /** Reconciles kernel, listeners and health checks with the spec and the running machines. */
  readonly apply: () => Promise<void>;
  readonly metadataServer: MetadataServer;
  spec: NetworkSpec;
  readonly #options: NetworkOptions;
  readonly #namespace: NetworkNamespace;
  readonly #transitAddresses: TransitAddressPool;
  readonly #uplink: string;
  readonly #attachedMachines = new Map<
    string,
    { spec: MachineSpec; namespace: NetworkNamespace; running: boolean; loadedRuleset: string }
  >();
  readonly #loadBalancers: LoadBalancers;
  readonly #portForwarder: PortForwarder;
  #metadataPort = 0;
  #roundRobinIndex = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.spec = { name: options.name, subnets: [], routes: [], firewall: [], externalAddresses: [] };
    this.#namespace = new NetworkNamespace(options.resourceNames.getNetworkNamespace(options.name));
    this.#uplink = options.resourceNames.getUplink(options.name);
    this.#transitAddresses = new TransitAddressPool(this.#uplink);
    this.hostsFile = join(options.folder, `${options.name}.hosts`);
    this.apply = coalesceCalls(() => this.#apply());
    this.#loadBalancers = new LoadBalancers(() => {
      this.apply().catch((error: unknown) => options.log(`network "${options.name}": ${String(error)}`));
    });
    this.#portForwarder = new PortForwarder(options.log);
    this.metadataServer = new MetadataServer((address) => {
      const key = this.#transitAddresses.findKey(address);
      return key?.startsWith('vm ') ? options.findRecord(key.slice(3)) : undefined;
    });
  }

  async open(): Promise<void> {
    const { hostAddress, networkAddress, range } = this.#transitAddresses;
    await this.#namespace.create(networkSysctls);
    await runIpCommands(undefined, [
      `link add ${this.#uplink} type veth peer name uplink netns ${this.#namespace.name}`,
      `addr add ${hostAddress}/30 dev ${this.#uplink}`,
      `link set ${this.#uplink} up`,
      `route add ${range} via ${networkAddress} dev ${this.#uplink}`,
    ]);
    // Only this interface may carry replies of services on loopback addresses.
    await runCommand('sh', ['-ec', `echo 1 > /proc/sys/net/ipv4/conf/${this.#uplink}/route_localnet`]);
    await runIpCommands(this.#namespace.name, [
      `addr add ${networkAddress}/30 dev uplink`,
      'link set uplink up',
      'route add unreachable default',
    ]);
    this.#metadataPort = await this.metadataServer.listen(hostAddress);
  }

  /** Creates the namespace of a machine before it boots and connects it to this network. */
  async attach(spec: MachineSpec): Promise<void> {
    const gateway = this.#findGateway(spec);
    const namespace = new NetworkNamespace(this.#options.resourceNames.getMachineNamespace(spec.name));
    const interfaceName = this.#options.resourceNames.getMachineInterface(spec.name);
    await namespace.create(machineSysctls);
    await runIpCommands(undefined, [
      `link add ${interfaceName} mtu ${publishedLimits.networkMtu.value} netns ${this.#namespace.name} type veth peer name eth0 mtu ${publishedLimits.networkMtu.value} netns ${namespace.name}`,
    ]);
    await runIpCommands(this.#namespace.name, [`link set ${interfaceName} up`]);
    await runIpCommands(namespace.name, [
      `addr add ${spec.address}/32 dev eth0`,
      'link set eth0 up',
      `route add ${gateway} dev eth0 scope link`,
      `route add default via ${gateway} dev eth0`,
    ]);
    this.#attachedMachines.set(spec.name, { spec, namespace, running: true, loadedRuleset: '' });
    await this.apply();
  }

  /** Disconnects a stopped machine; `isRemoved` also releases its name and address. */
  async detach(name: string, isRemoved: boolean): Promise<void> {
    const attached = this.#attachedMachines.get(name);
    if (attached === undefined) return;
    attached.running = false;
    if (isRemoved) this.#attachedMachines.delete(name);
    const interfaceName = this.#options.resourceNames.getMachineInterface(name);
    if (attached.namespace.exists) {
      await runIpCommands(this.#namespace.name, [`link del ${interfaceName}`], true).catch(() => undefined);
      await attached.namespace.remove();
    }
    this.#namespace.forgetInterface(interfaceName);
    await this.apply();
  }

  /** Health of a load balancer member. */
  isHealthy(external: string, member: string): boolean {
    const spec = this.#listLoadBalancers().find((each) => each.address === external);
    return (
      spec !== undefined &&
      this.#listMembers(spec).some((each) => each.address === member) &&
      this.#loadBalancers.isHealthy(spec, member)
    );
  }

  async close(): Promise<void> {
    this.#loadBalancers.close();
    await this.#portForwarder.close();
    await this.metadataServer.close();
    await this.apply().catch(() => undefined);
    await runCommand('ip', ['link', 'del', this.#uplink]);
    await this.#namespace.remove();
  }

  async #apply(): Promise<void> {
    await writeInPlace(
      this.hostsFile,
      renderHostsFile([...this.#attachedMachines.values()].map(({ spec }) => ({ ...spec, ...spec.metadata }))),
    );
    if (!this.#namespace.exists) return;
    const attachments = this.#listAttachments();
    const loadBalancers = this.#listLoadBalancers();
    this.#loadBalancers.reconcile(loadBalancers, (spec) => this.#listMembers(spec));
    const { internet } = this.#options;
    await this.#namespace.reconcile(
      renderNetworkRoutes(this.spec, attachments, { internet, host: this.#transitAddresses.hostAddress }),
    );
    await this.#namespace.loadRuleset(
      renderNetworkRuleset({
        uplink: 'uplink',
        attachments,
        firewall: this.spec.firewall,
        loadBalancers: loadBalancers.map((spec) => ({
          transitAddress: this.#transitAddresses.allocate(`address ${spec.address}`),
          ports: spec.ports,
          targets: this.#loadBalancers.listReceivers(spec, this.#listMembers(spec)),
        })),
        internet: this.#options.internet.map((each) => ({
          ...each,
          transitAddress: this.#transitAddresses.allocate(`address ${each.address}`),
        })),
        metadataServer: { address: this.#transitAddresses.hostAddress, port: this.#metadataPort },
      }),
    );
    await this.#loadMachineRulesets();
    await this.#portForwarder.reconcile(this.spec.externalAddresses.flatMap((each) => this.#buildForwards(each)));
  }

  async #loadMachineRulesets(): Promise<void> {
    const transitAddresses = new Map(
      this.#options.internet.map(({ address }) => [address, this.#transitAddresses.allocate(`address ${address}`)]),
    );
    for (const each of this.spec.externalAddresses) {
      const target = each.kind === 'machine' ? this.#findAttachment(each.target) : undefined;
      if (each.kind === 'balancer')
        transitAddresses.set(each.address, this.#transitAddresses.allocate(`address ${each.address}`));
      else if (target !== undefined) transitAddresses.set(each.address, target.externalTransitAddress);
    }
    const ruleset = renderMachineRuleset(transitAddresses);
    for (const attached of this.#attachedMachines.values()) {
      if (!attached.running || attached.loadedRuleset === ruleset) continue;
      await attached.namespace.loadRuleset(ruleset);
      attached.loadedRuleset = ruleset;
    }
  }

  #listAttachments(): readonly NetworkAttachment[] {
    const running = [...this.#attachedMachines.values()].filter((each) => each.running);
    return running.map(({ spec }) => ({
      ...spec,
      gateway: this.#findGateway(spec),
      interfaceName: this.#options.resourceNames.getMachineInterface(spec.name),
      externalTransitAddress: this.#transitAddresses.allocate(`vm ${spec.name}`),
      healthCheckTransitAddress: this.#transitAddresses.allocate(`health ${spec.name}`),
    }));
  }

  #buildForwards(external: ExternalAddressSpec): readonly PortForward[] {
    if (external.kind === 'machine') {
      const target = this.#findAttachment(external.target);
      if (target === undefined) return [];
      const ports = listExternallyOpenPorts(this.spec.firewall, target.tags);
      return ports.map((port) => ({ address: external.address, port, getTarget: () => target.externalTransitAddress }));
    }
    const { address, ports } = external;
    const numbers = Array.from({ length: Math.min(64, ports[1] - ports[0] + 1) }, (_, index) => ports[0] + index);
    return numbers.map((port) => ({ address, port, getTarget: () => this.#selectMember(external) }));
  }

  /** Transit address of the next member (round robin). */
  #selectMember(spec: LoadBalancerSpec): string | undefined {
    const receivers = this.#loadBalancers.listReceivers(spec, this.#listMembers(spec));
    this.#roundRobinIndex += 1;
    const address = receivers[this.#roundRobinIndex % Math.max(1, receivers.length)];
    return address === undefined ? undefined : this.#findAttachment(address)?.externalTransitAddress;
  }

  #listLoadBalancers(): readonly LoadBalancerSpec[] {
    return this.spec.externalAddresses.filter((each) => each.kind === 'balancer');
  }

  #listMembers(spec: LoadBalancerSpec): readonly NetworkAttachment[] {
    return spec.targets.flatMap((target) => this.#findAttachment(target) ?? []);
  }

  /** Finds a running machine by name or address. */
  #findAttachment(target: string): NetworkAttachment | undefined {
    return this.#listAttachments().find((each) => each.name === target || each.address === target);
  }

  #findGateway({ name, address }: MachineSpec): string {
    const subnet = this.spec.subnets.find(({ range }) => isInSubnet(range, address));
    if (subnet === undefined) {
      throw new Error(
        `cannot connect machine "${name}": no subnet of network "${this.spec.name}" has address "${address}"`,
      );
    }
    return computeGateway(subnet.range);
  }
}
