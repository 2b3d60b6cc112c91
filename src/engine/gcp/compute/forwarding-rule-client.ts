import type { protos } from '@google-cloud/compute';
import type { Api } from './compute-api.ts';
import type { ForwardingRule, Resource } from './compute-client.ts';
import { linkTo, nameIn } from './links.ts';
import { resourceOf, startedOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IForwardingRule;

/** Rules that send what comes to an external address to a target pool. */
export function forwardingRules(api: Api): Resource<ForwardingRule> {
  const { project } = api;
  const client = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/forwarding_rules_client.js')).ForwardingRulesClient,
  );
  return resourceOf(api, {
    kind: 'forwarding rule',
    async get({ name, region }, options) {
      return (await (await client()).get({ project, region, forwardingRule: name }, options))[0];
    },
    async insert(spec, requestId, options) {
      const request = { project, requestId, region: spec.region, forwardingRuleResource: bodyOf(project, spec) };
      return startedOperation(await (await client()).insert(request, options));
    },
    async delete({ name, region }, requestId, options) {
      const request = { project, requestId, region, forwardingRule: name };
      return startedOperation(await (await client()).delete(request, options));
    },
    async list({ region }, options) {
      return (await (await client()).list({ project, region }, options))[0];
    },
    found: forwardingRuleFrom,
    async label({ name, region }, regionSetLabelsRequestResource, options) {
      const request = { project, region, resource: name, regionSetLabelsRequestResource };
      return startedOperation(await (await client()).setLabels(request, options));
    },
  });
}

export function forwardingRuleFrom(raw: Raw): ForwardingRule {
  return {
    name: raw.name ?? '',
    region: nameIn(raw.region),
    description: raw.description ?? '',
    labels: raw.labels ?? {},
    address: raw.IPAddress ?? '',
    ports: onePort(raw.portRange ?? ''),
    targetPool: nameIn(raw.target),
  };
}

/** One port comes back as the range `6443-6443`. */
function onePort(range: string): string {
  const [first = '', last] = range.split('-');
  return first === last ? first : range;
}

function bodyOf(project: string, { name, region, description, address, ports, targetPool }: ForwardingRule): Raw {
  return {
    name,
    description,
    loadBalancingScheme: 'EXTERNAL',
    IPProtocol: 'TCP',
    IPAddress: address,
    portRange: ports,
    target: linkTo(project, 'targetPools', { name: targetPool, region }),
  };
}
