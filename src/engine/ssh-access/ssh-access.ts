import { isOwned } from '../cluster/is-owned.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import type { MutationOptions } from '../gcp/compute/compute-client.ts';
import type { StepContext } from '../steps/step-context.ts';

/** Dependencies of SSH access to a cluster. */
export type SshAccessDeps = Pick<StepContext, 'compute' | 'vault' | 'cluster'>;

/** State of the SSH firewall rule, or of the cluster's key in an instance's metadata. */
export type SshAccessState = 'open' | 'shut';

/** State of the SSH firewall rule; undefined when the cluster owns no such rule. @throws KthwError */
export async function getSshRuleState(
  { compute, cluster }: SshAccessDeps,
  signal: AbortSignal,
): Promise<SshAccessState | undefined> {
  const found = await compute.firewalls.get({ name: getResourceNames(cluster).allowSsh }, signal);
  if (!found || !isOwned('firewalls', found, cluster)) return undefined;
  return found.disabled ? 'shut' : 'open';
}

/** Enables or disables the SSH firewall rule. Returns whether it changed. @throws KthwError */
export async function setSshRuleState(
  c: SshAccessDeps,
  desired: SshAccessState,
  call: MutationOptions,
): Promise<boolean> {
  const current = await getSshRuleState(c, call.signal);
  if (current === undefined || current === desired) return false;
  await c.compute.setFirewallDisabled({ name: getResourceNames(c.cluster).allowSsh }, desired === 'shut', call);
  return true;
}
