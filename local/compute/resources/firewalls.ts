import { ApiError, apiErrors } from '../api/api-error.ts';
import { parseLink } from '../api/links.ts';
import type { ResourceBase } from '../state/entity.ts';
import { parseRange } from './ranges.ts';
import type { ResourceKind } from './resource-kind.ts';

export interface ProtocolPorts {
  readonly IPProtocol: string;
  readonly ports?: readonly string[];
}
export interface Firewall extends ResourceBase {
  readonly network: string;
  readonly direction: string;
  readonly priority: number;
  readonly disabled: boolean;
  readonly allowed?: readonly ProtocolPorts[];
  readonly denied?: readonly ProtocolPorts[];
  readonly sourceRanges?: readonly string[];
  readonly sourceTags?: readonly string[];
  readonly targetTags?: readonly string[];
  readonly destinationRanges?: readonly string[];
  readonly sourceServiceAccounts?: readonly string[];
  readonly targetServiceAccounts?: readonly string[];
}

export const firewalls: ResourceKind<Firewall> = {
  service: 'Firewalls',
  collection: 'firewalls',
  message: 'Firewall',
  scope: 'global',
  patchable: true,
  draftResource(body, context) {
    if (body.network === undefined) throw apiErrors.requiredField('resource.network');
    if (body.direction === 'EGRESS') throw apiErrors.notImplemented('An egress firewall rule');
    for (const unsupported of ['destinationRanges', 'sourceServiceAccounts', 'targetServiceAccounts'] as const) {
      if ((body[unsupported] ?? []).length > 0) throw apiErrors.notImplemented(`A firewall rule with ${unsupported}`);
    }
    if (body.direction !== undefined && body.direction !== 'INGRESS') {
      throw apiErrors.invalidField('resource.direction', body.direction, 'Must be INGRESS or EGRESS.');
    }
    const given = (['allowed', 'denied'] as const).filter((name) => (body[name] ?? []).length > 0);
    if (given.length !== 1)
      throw new ApiError(400, 'invalid', 'Exactly one of allowed, denied must be specified for the firewall.');
    const priority = body.priority ?? 1000;
    if (priority < 0 || priority > 65535)
      throw apiErrors.invalidField('resource.priority', priority, 'Must be between 0 and 65535.');
    const ranges = body.sourceRanges ?? [];
    const anywhere = ranges.length === 0 && (body.sourceTags ?? []).length === 0;
    const resource = {
      logConfig: { enable: false },
      ...body,
      network: parseLink(body.network, 'networks', 'resource.network', context.project.id).link,
      direction: 'INGRESS',
      priority,
      disabled: body.disabled ?? false,
      sourceRanges: anywhere
        ? ['0.0.0.0/0']
        : ranges.map((range, at) => parseRange(range, `resource.sourceRanges[${at}]`)),
      ...Object.fromEntries(
        given.map((name) => [
          name,
          (body[name] ?? []).map((rule, at) => parseProtocolPorts(rule, `resource.${name}[${at}]`)),
        ]),
      ),
    };
    if (resource.sourceRanges.length > 0) return { resource };
    const { sourceRanges: _, ...withoutRanges } = resource;
    return { resource: withoutRanges };
  },
  listDependencies: ({ network }) => [network],
  listNetworks: ({ network }) => [network],
  computeQuotaUsage: () => [{ metric: 'FIREWALLS', amount: 1, region: '' }],
};

const protocols = new Set(['tcp', 'udp', 'icmp', 'esp', 'ah', 'sctp', 'ipip', 'all']);

function parseProtocolPorts(rule: ProtocolPorts, field: string): ProtocolPorts {
  const protocol = rule.IPProtocol?.toLowerCase();
  if (protocol === undefined) throw apiErrors.requiredField(`${field}.IPProtocol`);
  const number = /^\d{1,3}$/.test(protocol) && Number(protocol) < 256;
  if (!protocols.has(protocol) && !number)
    throw apiErrors.invalidField(`${field}.IPProtocol`, rule.IPProtocol, 'Unknown protocol.');
  const ports = rule.ports ?? [];
  if (ports.length > 0 && !['tcp', 'udp', 'sctp'].includes(protocol)) {
    throw apiErrors.invalidField(`${field}.ports`, ports, `Ports are not allowed for the protocol ${protocol}.`);
  }
  for (const port of ports) {
    const [first, last = first] = port.split('-').map(Number);
    if (!/^\d+(-\d+)?$/.test(port) || first === undefined || last === undefined || first > last || last > 65535) {
      throw apiErrors.invalidField(`${field}.ports`, port, 'Must be a port, or a range of ports such as 80-90.');
    }
  }
  return { IPProtocol: protocol, ...(ports.length === 0 ? {} : { ports }) };
}
