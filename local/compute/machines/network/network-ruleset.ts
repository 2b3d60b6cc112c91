import type { FirewallPlan } from '../../machine-backend.ts';
import { metadataAddress } from '../metadata/metadata-server.ts';
import { coversOrigin, healthCheckerAddress, type Origin } from './connection-source.ts';
import { fromAnywhere, inOrder, isTarget } from './firewall-rules.ts';
import type { Attachment } from './network-attachment.ts';

/** All that decides what a network lets through and where it sends it. */
export interface RulesetInput {
  readonly uplink: string;
  readonly attachments: readonly Attachment[];
  readonly firewall: readonly FirewallPlan[];
  /** Addresses that lead to several machines, to one of them, or to none. */
  readonly balancers: readonly {
    readonly token: string;
    readonly ports: readonly [first: number, last: number];
    readonly targets: readonly string[];
  }[];
  /** Services on the host, by the token that stands for each. */
  readonly internet: readonly { readonly token: string; readonly address: string; readonly port: number }[];
  /** The metadata server, on the host. */
  readonly metadata: { readonly address: string; readonly port: number };
}

/** Names that firewall rules give to protocols, and their numbers: Google's `Firewall.allowed[].IPProtocol`. */
const protocolNumbers = [
  ['icmp', 1],
  ['ipip', 4],
  ['tcp', 6],
  ['udp', 17],
  ['esp', 50],
  ['ah', 51],
  ['sctp', 132],
] as const;

/** Connection marks: how a connection came in. */
const marks = { outside: 1, health: 2 } as const;

/** A network's nftables ruleset, to be loaded whole in one transaction. Syntax: nft(8). */
export function networkRuleset(input: RulesetInput): string {
  return [
    'table inet kthw',
    'flush table inet kthw',
    'table inet kthw {',
    ...chain('raw', 'type filter hook prerouting priority raw', input.attachments.flatMap(antiSpoofing)),
    ...chain('prerouting', 'type nat hook prerouting priority dstnat', destinations(input)),
    ...chain('postrouting', 'type nat hook postrouting priority srcnat', sources(input)),
    ...chain('forward', 'type filter hook forward priority filter; policy drop', forwarding(input)),
    ...(['inside', 'outside', 'health'] as const).flatMap((origin) =>
      chain(origin, undefined, decisions(input, origin)),
    ),
    '}',
    '',
  ].join('\n');
}

function chain(name: string, hook: string | undefined, lines: readonly string[]): string[] {
  return [
    `  chain ${name} {`,
    ...(hook === undefined ? [] : [`    ${hook};`]),
    ...lines.map((line) => `    ${line}`),
    '  }',
  ];
}

function antiSpoofing(machine: Attachment): string[] {
  return machine.canIpForward ? [] : [`iifname "${machine.port}" ip saddr != ${machine.address} drop`];
}

function destinations(input: RulesetInput): string[] {
  const { uplink, attachments } = input;
  const lines = [
    `ip daddr ${metadataAddress} tcp dport 80 dnat ip to ${input.metadata.address}:${input.metadata.port}`,
  ];
  for (const { token, address, port } of input.internet) {
    lines.push(`ip daddr ${token} tcp dport ${port} dnat ip to ${address}`);
  }
  for (const { token, ports, targets } of input.balancers) {
    if (targets.length === 0) continue;
    const numbered = targets.map((target, index) => `${index} : ${target}`).join(', ');
    const match = `ip daddr ${token} tcp dport ${ports[0]}-${ports[1]} ct mark set ${marks.outside}`;
    lines.push(`${match} dnat ip to numgen random mod ${targets.length} map { ${numbered} }`);
  }
  if (attachments.length > 0) {
    const health = attachments.map((each) => `${each.healthToken} : ${each.address}`).join(', ');
    const outside = attachments.map((each) => `${each.outsideToken} : ${each.address}`).join(', ');
    lines.push(
      `iifname "${uplink}" ip daddr ${set(attachments.map((each) => each.healthToken))} ct mark set ${marks.health}`,
    );
    lines.push(`ip daddr ${set(attachments.map((each) => each.outsideToken))} ct mark set ${marks.outside}`);
    lines.push(`iifname "${uplink}" dnat ip to ip daddr map { ${health} }`);
    lines.push(`dnat ip to ip daddr map { ${outside} }`);
  }
  return lines;
}

function sources({ uplink, attachments }: RulesetInput): string[] {
  const lines = [`ct mark ${marks.health} snat ip to ${healthCheckerAddress}`];
  // The host knows a machine by its token, whatever address it has in however many networks.
  const tokens = attachments.map((each) => `${each.address} : ${each.outsideToken}`).join(', ');
  if (tokens !== '') lines.push(`oifname "${uplink}" snat ip to ip saddr map { ${tokens} }`);
  lines.push(`oifname "${uplink}" masquerade`);
  // A machine that reaches itself from the outside must not see its own address as a stranger's.
  for (const { port, gateway } of attachments) lines.push(`iifname "${port}" oifname "${port}" snat ip to ${gateway}`);
  return lines;
}

function forwarding(input: RulesetInput): string[] {
  const lines = ['ct state established,related accept'];
  const { metadata, uplink } = input;
  lines.push(`oifname "${uplink}" ip daddr ${metadata.address} tcp dport ${metadata.port} accept`);
  for (const { address, port } of input.internet)
    lines.push(`oifname "${uplink}" ip daddr ${address} tcp dport ${port} accept`);
  lines.push(`oifname "${uplink}" reject`);
  for (const { port, address, canIpForward } of input.attachments) {
    if (!canIpForward) lines.push(`oifname "${port}" ip daddr != ${address} drop`);
  }
  lines.push(`ct mark ${marks.health} goto health`, `ct mark ${marks.outside} goto outside`, 'goto inside');
  return lines;
}

/** The firewall's rules as connections of one origin meet them. */
function decisions({ firewall, attachments }: RulesetInput, origin: Origin): string[] {
  const lines = inOrder(firewall).flatMap((rule) => {
    const targets = attachments.filter((each) => isTarget(rule, each.tags)).map((each) => each.port);
    if (targets.length === 0) return [];
    const target = rule.targetTags.length === 0 ? '' : `oifname ${set(targets.map((each) => `"${each}"`))}`;
    const verdict = rule.action === 'allow' ? 'accept' : 'drop';
    return fromSources(rule, attachments, origin).flatMap((source) =>
      protocols(rule).map((protocol) => [target, source, protocol, verdict].filter((part) => part !== '').join(' ')),
    );
  });
  return [...lines, 'drop'];
}

/** One match a way in which a source can fit; an empty one fits always. */
function fromSources(rule: FirewallPlan, attachments: readonly Attachment[], origin: Origin): readonly string[] {
  if (origin !== 'inside') return coversOrigin(rule, origin) ? [''] : [];
  if (fromAnywhere(rule)) return [''];
  const ranges = rule.sourceRanges.filter((range) => !range.includes(':'));
  if (ranges.some((range) => range.endsWith('/0'))) return [''];
  const tagged = attachments
    .filter((each) => each.tags.some((tag) => rule.sourceTags.includes(tag)))
    .map((each) => each.address);
  // A set refuses overlapping elements, so that ranges and tagged addresses stand apart.
  return [...ranges.map((range) => `ip saddr ${range}`), ...(tagged.length > 0 ? [`ip saddr ${set(tagged)}`] : [])];
}

function protocols(rule: FirewallPlan): readonly string[] {
  return rule.allow.flatMap(({ protocol, ports }) => {
    const known = protocolNumbers.find(
      ([name, number]) => name === protocol.toLowerCase() || String(number) === protocol,
    );
    if (protocol.toLowerCase() === 'all') return [''];
    if (ports.length === 0) return [`ip protocol ${known?.[1] ?? protocol}`];
    return ports.map((port) => `${known?.[0] ?? protocol} dport ${port}`);
  });
}

function set(elements: readonly string[]): string {
  return `{ ${elements.join(', ')} }`;
}
