import type { protos } from '@google-cloud/compute';
import type { ComputeApi } from './compute-api.ts';
import type { ForwardingRule, ForwardingRuleState, ResourceClient } from './compute-client.ts';
import { createGoogleResourceClient, getOperation } from './google-resource-client.ts';
import { buildLink, getLinkName } from './links.ts';

type Raw = protos.google.cloud.compute.v1.IForwardingRule;

/** Forwarding rules from an external IP address to a target pool. */
export function createForwardingRuleClient(
  api: ComputeApi,
): ResourceClient<ForwardingRule, ForwardingRule & ForwardingRuleState> {
  const { project } = api;
  const getClient = api.createLazyClient(
    async () => (await import('@google-cloud/compute/build/src/v1/forwarding_rules_client.js')).ForwardingRulesClient,
  );
  return createGoogleResourceClient(api, getClient, {
    kind: 'forwarding rule',
    field: 'forwardingRule',
    scope: 'region',
    toRequestBody,
    toResource: toForwardingRule,
    async setLabels({ name, region }, regionSetLabelsRequestResource, options) {
      const request = { project, region, resource: name, regionSetLabelsRequestResource };
      return getOperation(await (await getClient()).setLabels(request, options));
    },
  });
}

export function toForwardingRule(raw: Raw): ForwardingRule & ForwardingRuleState {
  return {
    name: raw.name ?? '',
    region: getLinkName(raw.region),
    description: raw.description ?? '',
    labels: raw.labels ?? {},
    address: raw.IPAddress ?? '',
    ports: simplifyPortRange(raw.portRange ?? ''),
    targetPool: getLinkName(raw.target),
    network: getLinkName(raw.network),
  };
}

/** The API returns a single port as the range `6443-6443`. */
function simplifyPortRange(range: string): string {
  const [first = '', last] = range.split('-');
  return first === last ? first : range;
}

function toRequestBody(
  { name, region, description, address, ports, targetPool }: ForwardingRule,
  project: string,
): Raw {
  return {
    name,
    description,
    loadBalancingScheme: 'EXTERNAL',
    IPProtocol: 'TCP',
    IPAddress: address,
    portRange: ports,
    target: buildLink(project, 'targetPools', { name: targetPool, region }),
  };
}
