import type { Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { isOwned } from '../cluster/is-owned.ts';
import type { Metadata, MutationOptions } from '../gcp/compute/compute-client.ts';
import { deriveMutationOptions } from '../gcp/compute/derive-mutation-options.ts';
import { getSshKey } from '../pki/ssh-key.ts';
import { sshUser } from '../steps/connect-to-instance.ts';
import type { SshAccessDeps, SshAccessState } from './ssh-access.ts';

/** Attempts to write metadata that others change at the same time. */
const maxAttempts = 5;

/** State of the cluster's key in an instance's metadata; undefined when the cluster owns no such instance. @throws KthwError */
export async function getSshKeyState(
  c: SshAccessDeps,
  instance: Instance,
  signal: AbortSignal,
): Promise<SshAccessState | undefined> {
  const [found, keyLine] = await Promise.all([findOwnedInstance(c, instance, signal), getSshKeyLine(c)]);
  return found && (parseSshKeys(found.metadata).includes(keyLine) ? 'open' : 'shut');
}

/**
 * Adds the cluster's key to an instance's metadata, or removes it. Keeps all other metadata and keys. Returns whether it
 * changed. @throws KthwError
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

/** The metadata with or without the line; undefined if it needs no change. Pure. */
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

/** In the guest agent's format: https://cloud.google.com/compute/docs/connect/add-ssh-keys#metadata */
async function getSshKeyLine({ vault }: SshAccessDeps): Promise<string> {
  return `${sshUser}:${(await getSshKey(vault)).publicKey}`;
}

/** An instance without the cluster's labels belongs to someone else and stays unchanged. */
async function findOwnedInstance({ compute, cluster }: SshAccessDeps, { name }: Instance, signal: AbortSignal) {
  const { zone, region } = cluster;
  const found = await compute.instances.get({ name, zone, region }, signal);
  return isOwned('instances', found, cluster) ? found : undefined;
}
