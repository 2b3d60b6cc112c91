import type { Machine } from '../cluster/cluster.ts';
import { labelsOf, markOf, names } from '../cluster/resource-names.ts';
import { sshKeyOf } from '../cluster/vault-paths.ts';
import type { Call, Metadata } from '../gcp/compute/compute-client.ts';
import { sshUser } from '../steps/host-step.ts';
import { callOf } from '../workflow/derive-mutation-options.ts';
import { KthwError } from '../workflow/errors.ts';
import type { Context } from '../workflow/step.ts';

/** What ssh into a cluster hangs on. */
export type Hinges = Pick<Context, 'cloud' | 'vault' | 'cluster'>;

/** The way in is open or shut: the firewall's rule for ssh, and the cluster's key in each machine's metadata. */
export type Door = 'open' | 'shut';

/** Others may write a machine's metadata at the same time: it is read again, so often. */
const mostTries = 5;

/** How the rule is found; undefined where there is none of ours. @throws KthwError */
export async function ruleIs({ cloud, cluster }: Hinges, signal: AbortSignal): Promise<Door | undefined> {
  const found = await cloud.firewalls.get({ name: names(cluster).allowSsh }, signal);
  if (found?.description !== markOf(cluster)) return undefined;
  return found.disabled ? 'shut' : 'open';
}

/** Turns the rule on or off. Answers whether there was anything to do. @throws KthwError */
export async function setRule(c: Hinges, to: Door, call: Call): Promise<boolean> {
  const is = await ruleIs(c, call.signal);
  if (is === undefined || is === to) return false;
  await c.cloud.setFirewallDisabled({ name: names(c.cluster).allowSsh }, to === 'shut', call);
  return true;
}

/** How a machine's metadata is found; undefined where there is no such machine of ours. @throws KthwError */
export async function keyIs(c: Hinges, machine: Machine, signal: AbortSignal): Promise<Door | undefined> {
  const [found, line] = await Promise.all([machineAt(c, machine, signal), lineOf(c)]);
  return found && (keysIn(found.metadata).includes(line) ? 'open' : 'shut');
}

/**
 * Puts the cluster's key into a machine's metadata, or takes it out; what else is there stays, other people's keys too.
 * Answers whether there was anything to do. @throws KthwError
 */
export async function setKey(c: Hinges, machine: Machine, to: Door, call: Call): Promise<boolean> {
  const line = await lineOf(c);
  for (let tried = 1; ; tried++) {
    const found = await machineAt(c, machine, call.signal);
    const metadata = found && changed(found.metadata, line, to);
    if (!metadata) return false;
    try {
      const { name, zone, metadataFingerprint: fingerprint } = found;
      await c.cloud.setMetadata({ name, zone }, { metadata, fingerprint }, callOf(call, `metadata ${tried}`));
      return true;
    } catch (error) {
      if (!(error instanceof KthwError && error.code === 'not-ready') || tried === mostTries) throw error;
    }
  }
}

/** Pure: the metadata with the line, or without it; undefined where it is so already. */
function changed(metadata: Metadata, line: string, to: Door): Metadata | undefined {
  const keys = keysIn(metadata);
  if (keys.includes(line) === (to === 'open')) return undefined;
  const after = to === 'open' ? [...keys, line] : keys.filter((one) => one !== line);
  const { 'ssh-keys': _, ...others } = metadata;
  return after.length === 0 ? others : { ...others, 'ssh-keys': after.join('\n') };
}

function keysIn({ 'ssh-keys': lines = '' }: Metadata): string[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** As the guest agent reads it: https://cloud.google.com/compute/docs/connect/add-ssh-keys#metadata */
async function lineOf({ vault }: Hinges): Promise<string> {
  return `${sshUser}:${(await sshKeyOf(vault)).publicLine.trim()}`;
}

/** What bears the name but not the cluster's mark is somebody else's: it is left as it is. */
async function machineAt({ cloud, cluster }: Hinges, { name }: Machine, signal: AbortSignal) {
  const { zone, region } = cluster;
  const found = await cloud.instances.get({ name, zone, region }, signal);
  return Object.entries(labelsOf(cluster)).every(([key, value]) => found?.labels[key] === value) ? found : undefined;
}
