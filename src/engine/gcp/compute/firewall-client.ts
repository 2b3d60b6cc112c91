import type { protos } from '@google-cloud/compute';
import type { Api } from './compute-api.ts';
import type { Access, Cloud, FirewallRule } from './compute-client.ts';
import { linkTo, nameIn } from './links.ts';
import { resourceOf, sorted, startedOperation } from './resource-client.ts';

type Raw = protos.google.cloud.compute.v1.IFirewall;

/** Rules that let traffic in to every machine of a network. */
export function firewalls(api: Api): Pick<Cloud, 'firewalls'> & Pick<Access, 'setFirewallDisabled'> {
  const { project } = api;
  const client = api.client(
    async () => (await import('@google-cloud/compute/build/src/v1/firewalls_client.js')).FirewallsClient,
  );
  return {
    async setFirewallDisabled({ name }, disabled, { request: requestId, signal }) {
      const context = { doing: `turning firewall rule ${name} ${disabled ? 'off' : 'on'}`, verb: 'set' } as const;
      await api.change(context, {}, signal, async (options) => {
        const request = { project, requestId, firewall: name, firewallResource: { disabled } };
        return startedOperation(await (await client()).patch(request, options));
      });
    },
    firewalls: resourceOf(api, {
      kind: 'firewall rule',
      async get({ name }, options) {
        return (await (await client()).get({ project, firewall: name }, options))[0];
      },
      async insert(spec, requestId, options) {
        const request = { project, requestId, firewallResource: bodyOf(project, spec) };
        return startedOperation(await (await client()).insert(request, options));
      },
      async delete({ name }, requestId, options) {
        return startedOperation(await (await client()).delete({ project, requestId, firewall: name }, options));
      },
      async list(_, options) {
        return (await (await client()).list({ project }, options))[0];
      },
      found: firewallFrom,
    }),
  };
}

/** A rule that lets nothing in or that holds for some machines only allows nothing of what is meant here; one that is off would. */
export function firewallFrom(raw: Raw): FirewallRule {
  const forSome = [raw.targetTags, raw.targetServiceAccounts, raw.sourceTags].some((list) => (list?.length ?? 0) > 0);
  const works = raw.direction !== 'EGRESS' && !forSome;
  return {
    name: raw.name ?? '',
    network: nameIn(raw.network),
    description: raw.description ?? '',
    sourceRanges: sorted(raw.sourceRanges),
    allow: works ? sorted(raw.allowed?.flatMap(wordsOf)) : [],
    disabled: raw.disabled ?? false,
  };
}

function wordsOf({ IPProtocol, ports }: { IPProtocol?: string | null; ports?: string[] | null }): string[] {
  const protocol = IPProtocol ?? '';
  return ports && ports.length > 0 ? ports.map((port) => `${protocol}:${port}`) : [protocol];
}

function bodyOf(project: string, rule: FirewallRule): Raw {
  const { name, network, description, sourceRanges, allow, disabled } = rule;
  return {
    name,
    description,
    network: linkTo(project, 'networks', { name: network }),
    direction: 'INGRESS',
    disabled,
    sourceRanges: [...sourceRanges],
    allowed: allow.map((word) => {
      const [IPProtocol = '', port] = word.split(':');
      return port === undefined ? { IPProtocol } : { IPProtocol, ports: [port] };
    }),
  };
}
