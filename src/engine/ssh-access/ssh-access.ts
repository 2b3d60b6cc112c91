import type { Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { getOwnershipDescription, getOwnershipLabels, getResourceNames } from '../cluster/resource-names.ts';
import type { Metadata, MutationOptions } from '../gcp/compute/compute-client.ts';
import { deriveMutationOptions } from '../gcp/compute/derive-mutation-options.ts';
import { getSshKey } from '../pki/ssh-key-secret.ts';
import { sshUser } from '../steps/host-step.ts';
import type { StepContext } from '../steps/step-context.ts';

/** What ssh into a cluster hangs on. */
export type SshAccessDeps = Pick<StepContext, 'compute' | 'vault' | 'cluster'>;

/** The way in is open or shut: the firewall's rule for ssh, and the cluster's key in each machine's metadata. */
export type SshAccessState = 'open' | 'shut';

/** Others may write a machine's metadata at the same time: it is read again, so often. */
const maxAttempts = 5;

/** How the rule is found; undefined where there is none of ours. @throws KthwError */
export async function getSshRuleState(
  { compute, cluster }: SshAccessDeps,
  signal: AbortSignal,
): Promise<SshAccessState | undefined> {
  const found = await compute.firewalls.get({ name: getResourceNames(cluster).allowSsh }, signal);
  if (found?.description !== getOwnershipDescription(cluster)) return undefined;
  return found.disabled ? 'shut' : 'open';
}

/** Turns the rule on or off. Answers whether there was anything to do. @throws KthwError */
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

/** How a machine's metadata is found; undefined where there is no such machine of ours. @throws KthwError */
export async function getSshKeyState(
  c: SshAccessDeps,
  instance: Instance,
  signal: AbortSignal,
): Promise<SshAccessState | undefined> {
  const [found, keyLine] = await Promise.all([findOwnedInstance(c, instance, signal), getSshKeyLine(c)]);
  return found && (parseSshKeys(found.metadata).includes(keyLine) ? 'open' : 'shut');
}

/**
 * Puts the cluster's key into a machine's metadata, or takes it out; what else is there stays, other people's keys too.
 * Answers whether there was anything to do. @throws KthwError
 */
export async function setSshKeyState(
  c: SshAccessDeps,
  instance: Instance,
  desired: SshAccessState,
  call: MutationOptions,
): Promise<boolean> {
  const keyLine = await getSshKeyLine(c);
  for (let attempt = 1; ; attempt++) {
    const found = await findOwnedInstance(c, instance, call.signal);
    const metadata = found && computeMetadataChange(found.metadata, keyLine, desired);
    if (!metadata) return false;
    try {
      const { name, zone, metadataFingerprint: fingerprint } = found;
      await c.compute.setMetadata(
        { name, zone },
        { metadata, fingerprint },
        deriveMutationOptions(call, `metadata ${attempt}`),
      );
      return true;
    } catch (error) {
      if (!(error instanceof KthwError && error.code === 'not-ready') || attempt === maxAttempts) throw error;
    }
  }
}

/** Pure: the metadata with the line, or without it; undefined where it is so already. */
function computeMetadataChange(metadata: Metadata, keyLine: string, desired: SshAccessState): Metadata | undefined {
  const keys = parseSshKeys(metadata);
  if (keys.includes(keyLine) === (desired === 'open')) return undefined;
  const updatedKeys = desired === 'open' ? [...keys, keyLine] : keys.filter((one) => one !== keyLine);
  const { 'ssh-keys': _, ...others } = metadata;
  return updatedKeys.length === 0 ? others : { ...others, 'ssh-keys': updatedKeys.join('\n') };
}

function parseSshKeys({ 'ssh-keys': lines = '' }: Metadata): string[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** As the guest agent reads it: https://cloud.google.com/compute/docs/connect/add-ssh-keys#metadata */
async function getSshKeyLine({ vault }: SshAccessDeps): Promise<string> {
  return `${sshUser}:${(await getSshKey(vault)).publicKey.trim()}`;
}

/** What bears the name but not the cluster's mark is somebody else's: it is left as it is. */
async function findOwnedInstance({ compute, cluster }: SshAccessDeps, { name }: Instance, signal: AbortSignal) {
  const { zone, region } = cluster;
  const found = await compute.instances.get({ name, zone, region }, signal);
  return Object.entries(getOwnershipLabels(cluster)).every(([key, value]) => found?.labels[key] === value)
    ? found
    : undefined;
}
