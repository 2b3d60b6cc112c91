import { join } from 'node:path';
import type { ExternalPlan, MachinePlan, NetworkPlan } from '../../machine-backend.ts';
import type { Names } from '../host/host-resource-names.ts';
import { ip, run } from '../host/run-command.ts';
import { type MetadataRecord, MetadataServer } from '../metadata/metadata-server.ts';
import { coalesced } from './coalesce-calls.ts';
import { hostsFile, writeInPlace } from './hosts-file.ts';
import { type BalancerPlan, Balancers } from './load-balancers.ts';
import { machineRuleset } from './machine-ruleset.ts';
import type { Attachment } from './network-attachment.ts';
import { Namespace } from './network-namespace.ts';
import { type InternetService, networkRoutes } from './network-routes.ts';
import { networkRuleset } from './network-ruleset.ts';
import { portsOpenToOutside } from './open-ports.ts';
import { type Forward, Forwarders } from './port-forwarder.ts';
import { gatewayOf, holds } from './subnets.ts';
import { TokenBlock } from './transit-address-pool.ts';

interface Options {
  readonly name: string;
  readonly names: Names;
  readonly folder: string;
  readonly internet: readonly InternetService[];
  readonly log: (line: string) => void;
  /** A machine of this network, by name. */
  readonly record: (machine: string) => MetadataRecord | undefined;
}

/** Kernel settings of a network's namespace: it routes, also to and from loopback addresses of the outside. */
const routing = {
  ip_forward: 1,
  'conf/all/rp_filter': 0,
  'conf/default/rp_filter': 0,
  'conf/all/route_localnet': 1,
  'conf/all/send_redirects': 0,
  'conf/default/send_redirects': 0,
};

/** Kernel settings of a machine's namespace. */
const ending = { 'conf/all/route_localnet': 1, 'conf/all/rp_filter': 0, 'conf/default/rp_filter': 0 };

/** One network: a namespace that routes between its machines and, through one pair of interfaces, to the host. */
export class Network {
  /** Bind-mounted into the network's machines as /etc/hosts. */
  readonly hostsFile: string;
  /** Brings the kernel, the listeners and the health checks to the plan and the machines there are. */
  readonly apply: () => Promise<void>;
  readonly metadata: MetadataServer;
  plan: NetworkPlan;
  readonly #options: Options;
  readonly #space: Namespace;
  readonly #tokens: TokenBlock;
  readonly #uplink: string;
  readonly #attached = new Map<string, { plan: MachinePlan; space: Namespace; running: boolean; loaded: string }>();
  readonly #balancers: Balancers;
  readonly #forwarders: Forwarders;
  #metadataPort = 0;
  #turn = 0;

  constructor(options: Options) {
    this.#options = options;
    this.plan = { name: options.name, subnets: [], routes: [], firewall: [], external: [] };
    this.#space = new Namespace(options.names.networkNamespace(options.name));
    this.#uplink = options.names.uplink(options.name);
    this.#tokens = new TokenBlock(this.#uplink);
    this.hostsFile = join(options.folder, `${options.name}.hosts`);
    this.apply = coalesced(() => this.#apply());
    this.#balancers = new Balancers(() => {
      this.apply().catch((error: unknown) => options.log(`network "${options.name}": ${String(error)}`));
    });
    this.#forwarders = new Forwarders(options.log);
    this.metadata = new MetadataServer((address) => {
      const key = this.#tokens.keyOf(address);
      return key?.startsWith('vm ') ? options.record(key.slice(3)) : undefined;
    });
  }

  async open(): Promise<void> {
    const { host, network, range } = this.#tokens;
    await this.#space.make(routing);
    await ip(undefined, [
      `link add ${this.#uplink} type veth peer name uplink netns ${this.#space.name}`,
      `addr add ${host}/30 dev ${this.#uplink}`,
      `link set ${this.#uplink} up`,
      `route add ${range} via ${network} dev ${this.#uplink}`,
    ]);
    // Answers of services on loopback addresses may leave by this interface, and by no other.
    await run('sh', ['-ec', `echo 1 > /proc/sys/net/ipv4/conf/${this.#uplink}/route_localnet`]);
    await ip(this.#space.name, [
      `addr add ${network}/30 dev uplink`,
      'link set uplink up',
      'route add unreachable default',
    ]);
    this.#metadataPort = await this.metadata.listen(host);
  }

  /** Gives a machine that is about to boot its own namespace, wired to this network. */
  async attach(plan: MachinePlan): Promise<void> {
    const gateway = this.#gateway(plan);
    const space = new Namespace(this.#options.names.machineNamespace(plan.name));
    const port = this.#options.names.port(plan.name);
    await space.make(ending);
    await ip(undefined, [`link add ${port} netns ${this.#space.name} type veth peer name eth0 netns ${space.name}`]);
    await ip(this.#space.name, [`link set ${port} up`]);
    await ip(space.name, [
      `addr add ${plan.address}/32 dev eth0`,
      'link set eth0 up',
      `route add ${gateway} dev eth0 scope link`,
      `route add default via ${gateway} dev eth0`,
    ]);
    this.#attached.set(plan.name, { plan, space, running: true, loaded: '' });
    await this.apply();
  }

  /** Takes a stopped machine off the network; with `forgotten` its name and address go too. */
  async detach(name: string, forgotten: boolean): Promise<void> {
    const attached = this.#attached.get(name);
    if (attached === undefined) return;
    attached.running = false;
    if (forgotten) this.#attached.delete(name);
    const port = this.#options.names.port(name);
    if (attached.space.exists) {
      await ip(this.#space.name, [`link del ${port}`], true).catch(() => undefined);
      await attached.space.remove();
    }
    this.#space.forget(port);
    await this.apply();
  }

  /** Health of a balancer's member. */
  isHealthy(external: string, member: string): boolean {
    const plan = this.#balancerPlans().find((each) => each.address === external);
    return (
      plan !== undefined &&
      this.#members(plan).some((each) => each.address === member) &&
      this.#balancers.isHealthy(plan, member)
    );
  }

  async close(): Promise<void> {
    this.#balancers.close();
    await this.#forwarders.close();
    await this.metadata.close();
    await this.apply().catch(() => undefined);
    await run('ip', ['link', 'del', this.#uplink]);
    await this.#space.remove();
  }

  async #apply(): Promise<void> {
    await writeInPlace(
      this.hostsFile,
      hostsFile([...this.#attached.values()].map(({ plan }) => ({ ...plan, ...plan.metadata }))),
    );
    if (!this.#space.exists) return;
    const attachments = this.#attachments();
    const balancers = this.#balancerPlans();
    this.#balancers.reconcile(balancers, (plan) => this.#members(plan));
    const { internet } = this.#options;
    await this.#space.reconcile(networkRoutes(this.plan, attachments, { internet, host: this.#tokens.host }));
    await this.#space.load(
      networkRuleset({
        uplink: 'uplink',
        attachments,
        firewall: this.plan.firewall,
        balancers: balancers.map((plan) => ({
          token: this.#tokens.token(`address ${plan.address}`),
          ports: plan.ports,
          targets: this.#balancers.receiving(plan, this.#members(plan)),
        })),
        internet: this.#options.internet.map((each) => ({
          ...each,
          token: this.#tokens.token(`address ${each.address}`),
        })),
        metadata: { address: this.#tokens.host, port: this.#metadataPort },
      }),
    );
    await this.#loadMachines();
    await this.#forwarders.reconcile(this.plan.external.flatMap((each) => this.#forwards(each)));
  }

  async #loadMachines(): Promise<void> {
    const tokens = new Map(
      this.#options.internet.map(({ address }) => [address, this.#tokens.token(`address ${address}`)]),
    );
    for (const each of this.plan.external) {
      const target = each.kind === 'machine' ? this.#find(each.target) : undefined;
      if (each.kind === 'balancer') tokens.set(each.address, this.#tokens.token(`address ${each.address}`));
      else if (target !== undefined) tokens.set(each.address, target.outsideToken);
    }
    const ruleset = machineRuleset(tokens);
    for (const attached of this.#attached.values()) {
      if (!attached.running || attached.loaded === ruleset) continue;
      await attached.space.load(ruleset);
      attached.loaded = ruleset;
    }
  }

  #attachments(): readonly Attachment[] {
    const running = [...this.#attached.values()].filter((each) => each.running);
    return running.map(({ plan }) => ({
      ...plan,
      gateway: this.#gateway(plan),
      port: this.#options.names.port(plan.name),
      outsideToken: this.#tokens.token(`vm ${plan.name}`),
      healthToken: this.#tokens.token(`health ${plan.name}`),
    }));
  }

  #forwards(external: ExternalPlan): readonly Forward[] {
    if (external.kind === 'machine') {
      const target = this.#find(external.target);
      if (target === undefined) return [];
      const ports = portsOpenToOutside(this.plan.firewall, target.tags);
      return ports.map((port) => ({ address: external.address, port, target: () => target.outsideToken }));
    }
    const { address, ports } = external;
    const numbers = Array.from({ length: Math.min(64, ports[1] - ports[0] + 1) }, (_, index) => ports[0] + index);
    return numbers.map((port) => ({ address, port, target: () => this.#choose(external) }));
  }

  /** The token of the next member in turn. */
  #choose(plan: BalancerPlan): string | undefined {
    const receiving = this.#balancers.receiving(plan, this.#members(plan));
    this.#turn += 1;
    const address = receiving[this.#turn % Math.max(1, receiving.length)];
    return address === undefined ? undefined : this.#find(address)?.outsideToken;
  }

  #balancerPlans(): readonly BalancerPlan[] {
    return this.plan.external.filter((each) => each.kind === 'balancer');
  }

  #members(plan: BalancerPlan): readonly Attachment[] {
    return plan.targets.flatMap((target) => this.#find(target) ?? []);
  }

  /** A running machine, by name or address. */
  #find(target: string): Attachment | undefined {
    return this.#attachments().find((each) => each.name === target || each.address === target);
  }

  #gateway({ name, address }: MachinePlan): string {
    const subnet = this.plan.subnets.find(({ range }) => holds(range, address));
    if (subnet === undefined) {
      throw new Error(
        `cannot wire machine "${name}": no subnet of network "${this.plan.name}" has address "${address}"`,
      );
    }
    return gatewayOf(subnet.range);
  }
}
