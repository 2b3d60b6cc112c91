import type { FirewallRuleSpec } from '../../machine-backend.ts';
import { metadataAddress } from '../metadata/metadata-server.ts';
import { type ConnectionSource, healthCheckerAddress, isSourceMatch } from './connection-source.ts';
import { isFromAnywhere, isTarget, sortRules } from './firewall-rules.ts';
import type { NetworkAttachment } from './network-attachment.ts';

/** Input of a network's firewall and address translation. */
export interface NetworkRulesetInput {
  readonly uplink: string;
  readonly attachments: readonly NetworkAttachment[];
  readonly firewall: readonly FirewallRuleSpec[];
  /** Addresses that map to any number of machines. */
  readonly loadBalancers: readonly {
    readonly transitAddress: string;
    readonly ports: readonly [first: number, last: number];
    readonly targets: readonly string[];
  }[];
  /** Host services, keyed by transit address. */
  readonly internet: readonly { readonly transitAddress: string; readonly address: string; readonly port: number }[];
  /** Host address of the metadata server. */
  readonly metadataServer: { readonly address: string; readonly port: number };
}

/** Protocol names in firewall rules and their numbers: Google's `Firewall.allowed[].IPProtocol`. */
const protocolNumbers = [
  ['icmp', 1],
  ['ipip', 4],
  ['tcp', 6],
  ['udp', 17],
  ['esp', 50],
  ['ah', 51],
  ['sctp', 132],
] as const;

/** Connection marks record the source of a connection. */
const connectionMarks = { outside: 1, health: 2 } as const;

/** Renders a network's nftables ruleset, to be loaded in one transaction. Syntax: nft(8). */
export function renderNetworkRuleset(input: NetworkRulesetInput): string {
  return [
    'table inet kthw',
    'flush table inet kthw',
    'table inet kthw {',
    ...renderChain('raw', 'type filter hook prerouting priority raw', input.attachments.flatMap(renderAntiSpoofing)),
    ...renderChain('prerouting', 'type nat hook prerouting priority dstnat', renderDestinationNat(input)),
    ...renderChain('postrouting', 'type nat hook postrouting priority srcnat', renderSourceNat(input)),
    ...renderChain('forward', 'type filter hook forward priority filter; policy drop', renderForwarding(input)),
    ...(['inside', 'outside', 'health'] as const).flatMap((connectionSource) =>
      renderChain(connectionSource, undefined, renderFirewallRules(input, connectionSource)),
    ),
    '}',
    '',
  ].join('\n');
}

function renderChain(name: string, hook: string | undefined, lines: readonly string[]): string[] {
  return [
    `  chain ${name} {`,
    ...(hook === undefined ? [] : [`    ${hook};`]),
    ...lines.map((line) => `    ${line}`),
    '  }',
  ];
}

function renderAntiSpoofing(machine: NetworkAttachment): string[] {
  return machine.canIpForward ? [] : [`iifname "${machine.interfaceName}" ip saddr != ${machine.address} drop`];
}

function renderDestinationNat(input: NetworkRulesetInput): string[] {
  const { uplink, attachments } = input;
  const lines = [
    `ip daddr ${metadataAddress} tcp dport 80 dnat ip to ${input.metadataServer.address}:${input.metadataServer.port}`,
  ];
  for (const { transitAddress, address, port } of input.internet) {
    lines.push(`ip daddr ${transitAddress} tcp dport ${port} dnat ip to ${address}`);
  }
  for (const { transitAddress, ports, targets } of input.loadBalancers) {
    if (targets.length === 0) continue;
    const numbered = targets.map((target, index) => `${index} : ${target}`).join(', ');
    const match = `ip daddr ${transitAddress} tcp dport ${ports[0]}-${ports[1]} ct mark set ${connectionMarks.outside}`;
    lines.push(`${match} dnat ip to numgen random mod ${targets.length} map { ${numbered} }`);
  }
  if (attachments.length > 0) {
    const health = attachments.map((each) => `${each.healthCheckTransitAddress} : ${each.address}`).join(', ');
    const outside = attachments.map((each) => `${each.externalTransitAddress} : ${each.address}`).join(', ');
    lines.push(
      `iifname "${uplink}" ip daddr ${renderSet(attachments.map((each) => each.healthCheckTransitAddress))} ct mark set ${connectionMarks.health}`,
    );
    lines.push(
      `ip daddr ${renderSet(attachments.map((each) => each.externalTransitAddress))} ct mark set ${connectionMarks.outside}`,
    );
    lines.push(`iifname "${uplink}" dnat ip to ip daddr map { ${health} }`);
    lines.push(`dnat ip to ip daddr map { ${outside} }`);
  }
  return lines;
}

function renderSourceNat({ uplink, attachments }: NetworkRulesetInput): string[] {
  const lines = [`ct mark ${connectionMarks.health} snat ip to ${healthCheckerAddress}`];
  // The host identifies a machine by its transit address, because networks may reuse addresses.
  const transitAddresses = attachments.map((each) => `${each.address} : ${each.externalTransitAddress}`).join(', ');
  if (transitAddresses !== '') lines.push(`oifname "${uplink}" snat ip to ip saddr map { ${transitAddresses} }`);
  lines.push(`oifname "${uplink}" masquerade`);
  // A machine connecting to its own external address must not see its own address as the client's.
  for (const { interfaceName, gateway } of attachments)
    lines.push(`iifname "${interfaceName}" oifname "${interfaceName}" snat ip to ${gateway}`);
  return lines;
}

function renderForwarding(input: NetworkRulesetInput): string[] {
  const lines = ['ct state established,related accept'];
  const { metadataServer, uplink } = input;
  lines.push(`oifname "${uplink}" ip daddr ${metadataServer.address} tcp dport ${metadataServer.port} accept`);
  for (const { address, port } of input.internet)
    lines.push(`oifname "${uplink}" ip daddr ${address} tcp dport ${port} accept`);
  lines.push(`oifname "${uplink}" reject`);
  for (const { interfaceName, address, canIpForward } of input.attachments) {
    if (!canIpForward) lines.push(`oifname "${interfaceName}" ip daddr != ${address} drop`);
  }
  lines.push(
    `ct mark ${connectionMarks.health} goto health`,
    `ct mark ${connectionMarks.outside} goto outside`,
    'goto inside',
  );
  return lines;
}

/** Firewall rules for connections of one source. */
function renderFirewallRules(
  { firewall, attachments }: NetworkRulesetInput,
  connectionSource: ConnectionSource,
): string[] {
  const lines = sortRules(firewall).flatMap((rule) => {
    const targets = attachments.filter((each) => isTarget(rule, each.tags)).map((each) => each.interfaceName);
    if (targets.length === 0) return [];
    const target = rule.targetTags.length === 0 ? '' : `oifname ${renderSet(targets.map((each) => `"${each}"`))}`;
    const verdict = rule.action === 'allow' ? 'accept' : 'drop';
    return renderSourceMatches(rule, attachments, connectionSource).flatMap((sourceMatch) =>
      renderProtocolMatches(rule).map((protocol) =>
        [target, sourceMatch, protocol, verdict].filter((part) => part !== '').join(' '),
      ),
    );
  });
  return [...lines, 'drop'];
}

/** One match expression per kind of source; an empty expression always matches. */
function renderSourceMatches(
  rule: FirewallRuleSpec,
  attachments: readonly NetworkAttachment[],
  connectionSource: ConnectionSource,
): readonly string[] {
  if (connectionSource !== 'inside') return isSourceMatch(rule, connectionSource) ? [''] : [];
  if (isFromAnywhere(rule)) return [''];
  const ranges = rule.sourceRanges.filter((range) => !range.includes(':'));
  if (ranges.some((range) => range.endsWith('/0'))) return [''];
  const tagged = attachments
    .filter((each) => each.tags.some((tag) => rule.sourceTags.includes(tag)))
    .map((each) => each.address);
  // nftables sets reject overlapping elements, so ranges and tagged addresses are separate matches.
  return [
    ...ranges.map((range) => `ip saddr ${range}`),
    ...(tagged.length > 0 ? [`ip saddr ${renderSet(tagged)}`] : []),
  ];
}

function renderProtocolMatches(rule: FirewallRuleSpec): readonly string[] {
  return rule.protocols.flatMap(({ protocol, ports }) => {
    const protocolNumber = protocolNumbers.find(
      ([name, number]) => name === protocol.toLowerCase() || String(number) === protocol,
    );
    if (protocol.toLowerCase() === 'all') return [''];
    if (ports.length === 0) return [`ip protocol ${protocolNumber?.[1] ?? protocol}`];
    return ports.map((port) => `${protocolNumber?.[0] ?? protocol} dport ${port}`);
  });
}

function renderSet(elements: readonly string[]): string {
  return `{ ${elements.join(', ')} }`;
}
