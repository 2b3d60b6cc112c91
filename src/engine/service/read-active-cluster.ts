import type { ClusterRecord } from '../../store/records.ts';
import type { Store, VersionedRecord } from '../../store/store.ts';

/** Reads a cluster's record. Returns undefined for a deleted cluster, whose record is kept for the audit log. */
export async function readActiveCluster(
  store: Pick<Store, 'read'>,
  name: string,
): Promise<VersionedRecord<ClusterRecord> | undefined> {
  const found = await store.read('cluster', name);
  return found && found.value.settledState !== 'deleted' ? found : undefined;
}
