import type { Cluster } from '../../cluster/cluster.ts';
import { names } from '../../cluster/resource-names.ts';
import type { Cloud } from '../../gcp/compute/compute-client.ts';

/** What Compute Engine says, of what the items ask for. */
export interface CloudFacts {
  readonly machines: readonly {
    readonly name: string;
    readonly scopes: readonly string[];
    /** Its metadata lets somebody in. */
    readonly hasSshKey: boolean;
  }[];
  /** Firewall rules that let ssh in from elsewhere than the cluster itself and Google's health checks. */
  readonly sshRules: readonly { readonly name: string; readonly sourceRanges: readonly string[] }[];
}

/** Reads, side by side. @throws KthwError */
export async function readCloud(cloud: Cloud, cluster: Cluster, signal: AbortSignal): Promise<CloudFacts> {
  const [machines, rules] = await Promise.all([
    cloud.instances.list(cluster, signal),
    cloud.firewalls.list(cluster, signal),
  ]);
  const { network, allowInternal, allowHealthCheck } = names(cluster);
  const own = new Set(cluster.machines.map(({ name }) => name));
  return {
    machines: machines
      .filter(({ name }) => own.has(name))
      .map(({ name, scopes, metadata }) => ({ name, scopes, hasSshKey: (metadata['ssh-keys'] ?? '') !== '' })),
    sshRules: rules.filter(
      (rule) =>
        rule.network === network &&
        !rule.disabled &&
        rule.allow.some(letsSshIn) &&
        rule.name !== allowInternal &&
        rule.name !== allowHealthCheck,
    ),
  };
}

/** `tcp`, `tcp:22`, `tcp:1-1024`, `all` */
function letsSshIn(allow: string): boolean {
  const [protocol, ports] = allow.split(':');
  if (protocol !== 'tcp' && protocol !== 'all') return false;
  if (ports === undefined) return true;
  const [from = Number.NaN, to = from] = ports.split('-').map(Number);
  return from <= 22 && 22 <= to;
}
