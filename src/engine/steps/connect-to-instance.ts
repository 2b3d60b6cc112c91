import type { Instance } from '../cluster/cluster.ts';
import { getHostKeysOutput } from '../cluster/outputs.ts';
import { getSshKey } from '../pki/ssh-key.ts';
import type { SshHost, SshTarget } from '../ssh/ssh-client.ts';
import { findCurrentAddress } from './find-current-address.ts';
import type { StepContext } from './step-context.ts';

/** The user that Compute Engine's guest agent creates for the SSH key in an instance's metadata. */
export const sshUser = 'kthw';

/** SSH to an instance. Only the host keys recorded at its creation are trusted. */
export async function connectToInstance(
  c: StepContext,
  instance: Instance,
  keys: readonly string[] = c.getOutput(getHostKeysOutput(instance)),
): Promise<SshHost> {
  return await connectAt(c, instance, { address: await findCurrentAddress(c, instance), hostKeys: keys });
}

/** SSH to an instance at a given address: an instance that was stopped and started has a new one. */
export async function connectAt(
  { ssh, vault }: Pick<StepContext, 'ssh' | 'vault'>,
  { name }: Instance,
  target: Pick<SshTarget, 'address' | 'hostKeys'>,
): Promise<SshHost> {
  return ssh.getHost({ name, ...target, user: sshUser, identity: (await getSshKey(vault)).privateKey });
}
