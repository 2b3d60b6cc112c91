import type { Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { getInstanceIdOutput } from '../cluster/instance-id-output.ts';
import { getExternalAddressOutput } from '../cluster/outputs.ts';
import type { StepContext } from './step-context.ts';

interface CachedAddress {
  /** The recorded address at the time of the lookup. A new record means a new lookup. */
  readonly recorded: string | undefined;
  readonly expiresAt: number;
  readonly address: Promise<string>;
}

/** Steps of a run connect to the same instances many times. */
const cacheMs = 30_000;
/** By SSH client, of which each run has one. */
const caches = new WeakMap<object, Map<string, CachedAddress>>();

/**
 * Looks up the external IP address of an instance. The recorded one may be outdated: an instance gets a new address when it
 * is stopped and started.
 * @throws KthwError `instance-missing`, `instance-replaced`, `instance-stopped` or, while it starts, `not-there-yet`
 */
export async function findCurrentAddress(c: StepContext, instance: Instance): Promise<string> {
  const recorded = c.findOutput(getExternalAddressOutput(instance));
  const now = +c.clock.now();
  const cache = caches.get(c.ssh) ?? new Map<string, CachedAddress>();
  caches.set(c.ssh, cache);
  const cached = cache.get(instance.name);
  if (cached && cached.recorded === recorded && now < cached.expiresAt) return await cached.address;
  const entry = { recorded, expiresAt: now + cacheMs, address: readAddress(c, instance) };
  cache.set(instance.name, entry);
  try {
    return await entry.address;
  } catch (error) {
    if (cache.get(instance.name) === entry) cache.delete(instance.name);
    throw error;
  }
}

async function readAddress(c: StepContext, instance: Instance): Promise<string> {
  const { compute, cluster, signal } = c;
  const { zone, region } = cluster;
  const { name, role } = instance;
  const found = await compute.instances.get({ name, zone, region }, signal);
  const details = { name, cluster: cluster.name, phase: `${role}s` };
  if (!found) throw new KthwError('instance-missing', details);
  if (found.id !== (c.findOutput(getInstanceIdOutput(instance)) ?? found.id))
    throw new KthwError('instance-replaced', details);
  assertNotStopped(name, zone, found.status);
  if (found.externalAddress === undefined) throw new KthwError('not-there-yet', { step: `instance ${name}` });
  return found.externalAddress;
}

/** Statuses that an instance does not leave by itself. https://cloud.google.com/compute/docs/instances/instance-lifecycle */
const stoppedStatuses: ReadonlySet<string> = new Set(['TERMINATED', 'STOPPED', 'SUSPENDED']);

/** @throws KthwError `instance-stopped` */
export function assertNotStopped(name: string, zone: string, status: string): void {
  if (stoppedStatuses.has(status)) throw new KthwError('instance-stopped', { name, zone, status });
}
