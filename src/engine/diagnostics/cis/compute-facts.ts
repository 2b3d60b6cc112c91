import type { Cluster } from '../../cluster/cluster.ts';
import { getResourceNames } from '../../cluster/resource-names.ts';
import type { ComputeClient } from '../../gcp/compute/compute-client.ts';

/** Facts from Compute Engine that checks need. */
export interface ComputeFacts {
  readonly instances: readonly {
    readonly name: string;
    /** Email addresses. */
    readonly serviceAccounts: readonly string[];
    /** Whether `ssh-keys` metadata is set. */
    readonly hasSshKey: boolean;
    readonly blocksProjectSshKeys: boolean;
    /** Whether its metadata disables OS Login, whatever the project's metadata says. */
    readonly disablesOsLogin: boolean;
  }[];
  /** Enabled firewall rules that allow SSH, except from the cluster itself and Google's health checks. */
  readonly sshRules: readonly { readonly name: string; readonly sourceRanges: readonly string[] }[];
}

/** Reads all facts concurrently. @throws KthwError */
export async function collectComputeFacts(
  compute: ComputeClient,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ComputeFacts> {
  const [instances, rules] = await Promise.all([
    compute.instances.list(cluster, signal),
    compute.firewalls.list(cluster, signal),
  ]);
  const { network, allowInternal, allowHealthCheck } = getResourceNames(cluster);
  const clusterInstanceNames = new Set(cluster.instances.map(({ name }) => name));
  return {
    instances: instances
      .filter(({ name }) => clusterInstanceNames.has(name))
      .map(({ name, serviceAccounts, metadata }) => ({
        name,
        serviceAccounts,
        hasSshKey: (metadata['ssh-keys'] ?? '') !== '',
        blocksProjectSshKeys: metadata['block-project-ssh-keys']?.toUpperCase() === 'TRUE',
        disablesOsLogin: metadata['enable-oslogin']?.toUpperCase() === 'FALSE',
      })),
    sshRules: rules.filter(
      (rule) =>
        rule.network === network &&
        !rule.disabled &&
        rule.allow.some(isSshAllowed) &&
        rule.name !== allowInternal &&
        rule.name !== allowHealthCheck,
    ),
  };
}

/** @param allow as `tcp`, `tcp:22`, `tcp:1-1024` or `all` */
function isSshAllowed(allow: string): boolean {
  const [protocol, ports] = allow.split(':');
  if (protocol !== 'tcp' && protocol !== 'all') return false;
  if (ports === undefined) return true;
  const [from = Number.NaN, to = from] = ports.split('-').map(Number);
  return from <= 22 && 22 <= to;
}
