import { ApiError, refuse } from '../api/api-error.ts';
import { readLink } from '../api/links.ts';
import type { Base } from '../state/entity.ts';
import { readRange } from './ranges.ts';
import type { Kind } from './resource-kind.ts';

export interface Allowance {
  readonly IPProtocol: string;
  readonly ports?: readonly string[];
}
export interface Firewall extends Base {
  readonly network: string;
  readonly direction: string;
  readonly priority: number;
  readonly disabled: boolean;
  readonly allowed?: readonly Allowance[];
  readonly denied?: readonly Allowance[];
  readonly sourceRanges?: readonly string[];
  readonly sourceTags?: readonly string[];
  readonly targetTags?: readonly string[];
  readonly destinationRanges?: readonly string[];
  readonly sourceServiceAccounts?: readonly string[];
  readonly targetServiceAccounts?: readonly string[];
}

export const firewalls: Kind<Firewall> = {
  service: 'Firewalls',
  collection: 'firewalls',
  message: 'Firewall',
  scope: 'global',
  patchable: true,
  insert(body, site) {
    if (body.network === undefined) throw refuse.required('resource.network');
    if (body.direction === 'EGRESS') throw refuse.absentHere('a firewall rule for EGRESS');
    for (const unsupported of ['destinationRanges', 'sourceServiceAccounts', 'targetServiceAccounts'] as const) {
      if ((body[unsupported] ?? []).length > 0) throw refuse.absentHere(`a firewall rule with ${unsupported}`);
    }
    if (body.direction !== undefined && body.direction !== 'INGRESS') {
      throw refuse.field('resource.direction', body.direction, 'Must be INGRESS or EGRESS.');
    }
    const given = (['allowed', 'denied'] as const).filter((name) => (body[name] ?? []).length > 0);
    if (given.length !== 1)
      throw new ApiError(400, 'invalid', 'Exactly one of allowed, denied must be specified for the firewall.');
    const priority = body.priority ?? 1000;
    if (priority < 0 || priority > 65535)
      throw refuse.field('resource.priority', priority, 'Must be between 0 and 65535.');
    const ranges = body.sourceRanges ?? [];
    const anywhere = ranges.length === 0 && (body.sourceTags ?? []).length === 0;
    const resource = {
      logConfig: { enable: false },
      ...body,
      network: readLink(body.network, 'networks', 'resource.network', site.project.id).link,
      direction: 'INGRESS',
      priority,
      disabled: body.disabled ?? false,
      sourceRanges: anywhere
        ? ['0.0.0.0/0']
        : ranges.map((range, at) => readRange(range, `resource.sourceRanges[${at}]`)),
      ...Object.fromEntries(
        given.map((name) => [name, (body[name] ?? []).map((rule, at) => readRule(rule, `resource.${name}[${at}]`))]),
      ),
    };
    if (resource.sourceRanges.length > 0) return { resource };
    const { sourceRanges: _, ...byTagsOnly } = resource;
    return { resource: byTagsOnly };
  },
  uses: ({ network }) => [network],
  networks: ({ network }) => [network],
  quota: () => [{ metric: 'FIREWALLS', amount: 1, region: '' }],
};

const protocols = new Set(['tcp', 'udp', 'icmp', 'esp', 'ah', 'sctp', 'ipip', 'all']);

function readRule(rule: Allowance, field: string): Allowance {
  const protocol = rule.IPProtocol?.toLowerCase();
  if (protocol === undefined) throw refuse.required(`${field}.IPProtocol`);
  const number = /^\d{1,3}$/.test(protocol) && Number(protocol) < 256;
  if (!protocols.has(protocol) && !number)
    throw refuse.field(`${field}.IPProtocol`, rule.IPProtocol, 'Unknown protocol.');
  const ports = rule.ports ?? [];
  if (ports.length > 0 && !['tcp', 'udp', 'sctp'].includes(protocol)) {
    throw refuse.field(`${field}.ports`, ports, `Ports are not allowed for the protocol ${protocol}.`);
  }
  for (const port of ports) {
    const [first, last = first] = port.split('-').map(Number);
    if (!/^\d+(-\d+)?$/.test(port) || first === undefined || last === undefined || first > last || last > 65535) {
      throw refuse.field(`${field}.ports`, port, 'Must be a port, or a range of ports such as 80-90.');
    }
  }
  return { IPProtocol: protocol, ...(ports.length === 0 ? {} : { ports }) };
}
