import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { AccessControl, ComputeClient, FirewallRule } from './compute-client.ts';
import { createGoogleResourceClient, getOperation } from './google-resource-client.ts';
import { buildLink, getLinkName } from './links.ts';
import { sortValues } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IFirewall;

/** Ingress firewall rules that apply to all instances of a network. */
export function createFirewallClient(
  api: ComputeApi,
): Pick<ComputeClient, 'firewalls'> & Pick<AccessControl, 'setFirewallDisabled'> {
  const { project } = api;
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/firewalls_client.js')).FirewallsClient,
  );
  return {
    async setFirewallDisabled({ name }, disabled, { requestId, signal }) {
      const context = { doing: `${disabled ? 'disabling' : 'enabling'} firewall rule ${name}`, verb: 'set' } as const;
      await api.change(context, {}, signal, async (options) => {
        const request = { project, requestId, firewall: name, firewallResource: { disabled } };
        return getOperation(await (await getClient()).patch(request, options));
      });
    },
    firewalls: createGoogleResourceClient(api, getClient, {
      kind: 'firewall rule',
      field: 'firewall',
      scope: 'global',
      toRequestBody,
      toResource: toFirewallRule,
    }),
  };
}

/** Reads egress and target-scoped rules as allowing nothing. Disabled rules keep their list. */
export function toFirewallRule(raw: Raw): FirewallRule {
  const isTargeted = [raw.targetTags, raw.targetServiceAccounts, raw.sourceTags].some(
    (list) => (list?.length ?? 0) > 0,
  );
  const isGeneralIngress = raw.direction !== 'EGRESS' && !isTargeted;
  return {
    name: raw.name ?? '',
    network: getLinkName(raw.network),
    description: raw.description ?? '',
    sourceRanges: sortValues(raw.sourceRanges),
    allow: isGeneralIngress ? sortValues(raw.allowed?.flatMap(formatAllowed)) : [],
    disabled: raw.disabled ?? false,
  };
}

function formatAllowed({ IPProtocol, ports }: { IPProtocol?: string | null; ports?: string[] | null }): string[] {
  const protocol = IPProtocol ?? '';
  return ports && ports.length > 0 ? ports.map((port) => `${protocol}:${port}`) : [protocol];
}

function toRequestBody(rule: FirewallRule, project: string): Raw {
  const { name, network, description, sourceRanges, allow, disabled } = rule;
  return {
    name,
    description,
    network: buildLink(project, 'networks', { name: network }),
    direction: 'INGRESS',
    disabled,
    sourceRanges: [...sourceRanges],
    allowed: allow.map((entry) => {
      const [IPProtocol = '', port] = entry.split(':');
      return port === undefined ? { IPProtocol } : { IPProtocol, ports: [port] };
    }),
  };
}
