import { getLastSegment } from '../api/links.ts';
import type { ExternalAddressSpec, HealthCheckSpec, NetworkSpec } from '../machine-backend.ts';
import { firewalls, type ProtocolPorts } from '../resources/firewalls.ts';
import { forwardingRules, parsePorts } from '../resources/forwarding-rules.ts';
import { httpHealthChecks } from '../resources/http-health-checks.ts';
import { type Instance, instances } from '../resources/instances/instances.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { routes } from '../resources/routes.ts';
import { subnetworks } from '../resources/subnetworks.ts';
import { targetPools } from '../resources/target-pools.ts';
import type { ResourceBase } from './entity.ts';
import { getNatAddress } from './external-addresses.ts';
import type { Project } from './project.ts';

/** Computes a network's spec from the project's resources. Pure function. */
export function buildNetworkSpec(project: Project, network: string): NetworkSpec {
  const listOwn = <R extends ResourceBase & { readonly network: string }>(kind: ResourceKind<R>) =>
    listActive(project, kind).filter((resource) => resource.network === network);
  const machines = listActive(project, instances).filter(
    (machine) => machine.networkInterfaces[0]?.network === network,
  );
  return {
    name: getLastSegment(network),
    subnets: listOwn(subnetworks).map(({ name, ipCidrRange }) => ({ name, range: ipCidrRange })),
    routes: listOwn(routes).flatMap(({ destRange, priority, nextHopIp, nextHopInstance }) => {
      const nextHop =
        nextHopIp ?? machines.find(({ selfLink }) => selfLink === nextHopInstance)?.networkInterfaces[0]?.networkIP;
      return nextHop === undefined ? [] : [{ destination: destRange, nextHop, priority }];
    }),
    firewall: listOwn(firewalls)
      .filter(({ disabled }) => !disabled)
      .map((rule) => ({
        name: rule.name,
        action: rule.allowed === undefined ? 'deny' : 'allow',
        priority: rule.priority,
        sourceRanges: rule.sourceRanges ?? [],
        sourceTags: rule.sourceTags ?? [],
        targetTags: rule.targetTags ?? [],
        protocols: (rule.allowed ?? rule.denied ?? []).map(({ IPProtocol, ports = [] }: ProtocolPorts) => ({
          protocol: IPProtocol,
          ports,
        })),
      })),
    externalAddresses: [...machines.flatMap(toExternalAddresses), ...toLoadBalancers(project, machines)],
  };
}

function toExternalAddresses(machine: Instance): readonly ExternalAddressSpec[] {
  const address = getNatAddress(machine);
  if (machine.status !== 'RUNNING' || address === undefined) return [];
  return [{ kind: 'machine', address, target: machine.name }];
}

function toLoadBalancers(project: Project, machines: readonly Instance[]): readonly ExternalAddressSpec[] {
  return listActive(project, forwardingRules).flatMap((rule): readonly ExternalAddressSpec[] => {
    const pool = listActive(project, targetPools).find(({ selfLink }) => selfLink === rule.target);
    // Keep the pool's order, so that the spec does not depend on creation order.
    const members = (pool?.instances ?? []).flatMap((link) => machines.filter(({ selfLink }) => selfLink === link));
    if (members.length === 0) return [];
    return [
      {
        kind: 'balancer',
        address: rule.IPAddress,
        ports: parsePorts(rule.portRange),
        targets: members.map(({ name }) => name),
        healthCheck: toHealthCheckSpec(project, pool?.healthChecks?.[0]),
      },
    ];
  });
}

function toHealthCheckSpec(project: Project, link: string | undefined): HealthCheckSpec | undefined {
  const check = listActive(project, httpHealthChecks).find(({ selfLink }) => selfLink === link);
  if (check === undefined) return undefined;
  return {
    host: check.host === '' ? undefined : check.host,
    port: check.port,
    path: check.requestPath,
    intervalMs: check.checkIntervalSec * 1000,
    timeoutMs: check.timeoutSec * 1000,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
  };
}

/** Existing resources of a kind: neither pending nor being deleted. */
function listActive<R extends ResourceBase>(project: Project, kind: ResourceKind<R>): readonly R[] {
  return project
    .listByKind(kind)
    .filter(({ state }) => state === 'creating' || state === 'ready')
    .map(({ resource }) => resource);
}
