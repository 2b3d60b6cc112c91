import type { Instance } from '../cluster/cluster.ts';
import { getExternalAddressOutput, getHostKeysOutput } from '../cluster/outputs.ts';
import { getSshKey } from '../pki/ssh-key.ts';
import type { SshHost, SshTarget } from '../ssh/ssh-client.ts';
import type { StepContext } from './step-context.ts';

/** The user that Compute Engine's guest agent makes of the ssh key in a machine's metadata. */
export const sshUser = 'kthw';

/** The machine over ssh, with the host keys it was created with; no other is believed. */
export async function connectToInstance(
  c: StepContext,
  instance: Instance,
  keys: readonly string[] = c.getOutput(getHostKeysOutput(instance)),
): Promise<SshHost> {
  return await connectAt(c, instance, { address: c.getOutput(getExternalAddressOutput(instance)), hostKeys: keys });
}

/** The same where it is now: a machine that was stopped and started has another address than steps have found. */
export async function connectAt(
  { ssh, vault }: Pick<StepContext, 'ssh' | 'vault'>,
  { name }: Instance,
  target: Pick<SshTarget, 'address' | 'hostKeys'>,
): Promise<SshHost> {
  return ssh.getHost({ name, ...target, user: sshUser, identity: (await getSshKey(vault)).privateKey });
}
