import { lastOf } from '../api/links.ts';
import type { ExternalPlan, HealthCheckPlan, NetworkPlan } from '../machine-backend.ts';
import { type Allowance, firewalls } from '../resources/firewalls.ts';
import { forwardingRules, readPorts } from '../resources/forwarding-rules.ts';
import { httpHealthChecks } from '../resources/http-health-checks.ts';
import { type Instance, instances } from '../resources/instances/instances.ts';
import type { Kind } from '../resources/resource-kind.ts';
import { routes } from '../resources/routes.ts';
import { subnetworks } from '../resources/subnetworks.ts';
import { targetPools } from '../resources/target-pools.ts';
import type { Base } from './entity.ts';
import { natAddress } from './external-addresses.ts';
import type { Project } from './project.ts';

/** What a network is made of, as a pure function of the project's resources. */
export function networkPlan(project: Project, network: string): NetworkPlan {
  const own = <R extends Base & { readonly network: string }>(kind: Kind<R>) =>
    there(project, kind).filter((resource) => resource.network === network);
  const machines = there(project, instances).filter((machine) => machine.networkInterfaces[0]?.network === network);
  return {
    name: lastOf(network),
    subnets: own(subnetworks).map(({ name, ipCidrRange }) => ({ name, range: ipCidrRange })),
    routes: own(routes).flatMap(({ destRange, priority, nextHopIp, nextHopInstance }) => {
      const nextHop =
        nextHopIp ?? machines.find(({ selfLink }) => selfLink === nextHopInstance)?.networkInterfaces[0]?.networkIP;
      return nextHop === undefined ? [] : [{ destination: destRange, nextHop, priority }];
    }),
    firewall: own(firewalls)
      .filter(({ disabled }) => !disabled)
      .map((rule) => ({
        name: rule.name,
        action: rule.allowed === undefined ? 'deny' : 'allow',
        priority: rule.priority,
        sourceRanges: rule.sourceRanges ?? [],
        sourceTags: rule.sourceTags ?? [],
        targetTags: rule.targetTags ?? [],
        allow: (rule.allowed ?? rule.denied ?? []).map(({ IPProtocol, ports = [] }: Allowance) => ({
          protocol: IPProtocol,
          ports,
        })),
      })),
    external: [...machines.flatMap(machineAddress), ...balancers(project, machines)],
  };
}

function machineAddress(machine: Instance): readonly ExternalPlan[] {
  const address = natAddress(machine);
  if (machine.status !== 'RUNNING' || address === undefined) return [];
  return [{ kind: 'machine', address, target: machine.name }];
}

function balancers(project: Project, machines: readonly Instance[]): readonly ExternalPlan[] {
  return there(project, forwardingRules).flatMap((rule): readonly ExternalPlan[] => {
    const pool = there(project, targetPools).find(({ selfLink }) => selfLink === rule.target);
    // In the pool's order, so that one state gives one plan whichever machine was made first.
    const members = (pool?.instances ?? []).flatMap((link) => machines.filter(({ selfLink }) => selfLink === link));
    if (members.length === 0) return [];
    return [
      {
        kind: 'balancer',
        address: rule.IPAddress,
        ports: readPorts(rule.portRange),
        targets: members.map(({ name }) => name),
        healthCheck: healthCheck(project, pool?.healthChecks?.[0]),
      },
    ];
  });
}

function healthCheck(project: Project, link: string | undefined): HealthCheckPlan | undefined {
  const check = there(project, httpHealthChecks).find(({ selfLink }) => selfLink === link);
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

/** The resources of a kind that are there, and neither still to come nor about to go. */
function there<R extends Base>(project: Project, kind: Kind<R>): readonly R[] {
  return project
    .of(kind)
    .filter(({ state }) => state === 'creating' || state === 'ready')
    .map(({ resource }) => resource);
}
