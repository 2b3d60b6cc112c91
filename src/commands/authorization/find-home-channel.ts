import type { Store } from '../../store/store.ts';
import type { RequestSubject } from '../routing/resolve-channel.ts';
import type { Policy } from './policy.ts';

/** Checks whether people in a channel can see and use a cluster with this home channel, where it was created. */
export function isClusterVisible({ clusterChannels }: Policy, channel: string, homeChannel: string): boolean {
  return channel === homeChannel || clusterChannels === 'all' || clusterChannels.includes(channel);
}

/**
 * Returns the home channel of the cluster that a request names or whose run it names. Undefined: there is no such cluster.
 * @param isCreate the name of a deleted cluster is free, also in another channel
 */
export async function findHomeChannel(
  { cluster, run }: RequestSubject,
  store: Pick<Store, 'read'>,
  isCreate: boolean,
): Promise<string | undefined> {
  const name = cluster ?? (run === undefined ? undefined : (await store.read('run', run))?.value.cluster);
  const record = name === undefined ? undefined : (await store.read('cluster', name))?.value;
  return isCreate && record?.settledState === 'deleted' ? undefined : record?.channel;
}
