import type { RecordValue } from '../../store/records.ts';
import type { Store, VersionedRecord } from '../../store/store.ts';
import type { Grant } from './cluster-service.ts';
import { buildGrantKey } from './grant-key.ts';

/** Lists every grant ever issued for a cluster of this name. */
export async function listAllGrants(
  store: Store,
  cluster: string,
): Promise<readonly VersionedRecord<RecordValue<'kubeconfigGrant'>>[]> {
  return await store.list('kubeconfigGrant', { prefix: buildGrantKey(cluster, '') });
}

/** Lists grants that are neither expired nor revoked, oldest first. Excludes grants of a deleted cluster of this name. */
export async function listActiveGrants(store: Store, cluster: string, now: Date): Promise<readonly Grant[]> {
  const [all, record] = await Promise.all([listAllGrants(store, cluster), store.read('cluster', cluster)]);
  const since = record?.value.createdAt ?? '';
  return all
    .filter(({ value }) => !value.revoked && new Date(value.expiresAt) > now && value.issuedAt >= since)
    .map(
      ({ id, value: { grantee, commonName, issuedAt, expiresAt } }): Grant => ({
        id: id.slice(buildGrantKey(cluster, '').length),
        grantee,
        commonName,
        issuedAt: new Date(issuedAt),
        expiresAt: new Date(expiresAt),
      }),
    )
    .sort((a, b) => +a.issuedAt - +b.issuedAt);
}

export async function listActiveGrantIds(store: Store, cluster: string, now: Date): Promise<readonly string[]> {
  return (await listActiveGrants(store, cluster, now)).map(({ id }) => id);
}
