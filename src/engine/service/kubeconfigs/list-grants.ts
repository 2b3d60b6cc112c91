import type { RecordValue } from '../../../store/records.ts';
import type { Store, VersionedRecord } from '../../../store/store.ts';
import { buildGrantKey } from '../../cluster/grant-key.ts';
import { isGrantDelivered } from '../../cluster/is-grant-delivered.ts';
import type { Grant } from './kubeconfig-service.ts';

/** Lists every grant ever issued for a cluster of this name. */
export async function listAllGrants(
  store: Store,
  cluster: string,
): Promise<readonly VersionedRecord<RecordValue<'kubeconfigGrant'>>[]> {
  return await store.list('kubeconfigGrant', { prefix: buildGrantKey(cluster, '') });
}

/** Lists grants that are neither expired, revoked nor withdrawn, oldest first. Excludes grants of a deleted cluster of this name. @param options.isDelivered excludes grants whose delivery is not confirmed */
export async function listActiveGrants(
  store: Store,
  cluster: string,
  now: Date,
  { isDelivered = false }: { readonly isDelivered?: boolean } = {},
): Promise<readonly Grant[]> {
  const [all, record] = await Promise.all([listAllGrants(store, cluster), store.read('cluster', cluster)]);
  const since = record?.value.createdAt ?? '';
  return all
    .filter(
      ({ value }) => !value.revoked && !value.withdrawnAt && new Date(value.expiresAt) > now && value.issuedAt >= since,
    )
    .filter(({ value }) => !isDelivered || isGrantDelivered(value))
    .map(
      ({ id, value: { grantee, commonName, role, issuedAt, expiresAt } }): Grant => ({
        id: id.slice(buildGrantKey(cluster, '').length),
        grantee,
        commonName,
        role,
        issuedAt: new Date(issuedAt),
        expiresAt: new Date(expiresAt),
      }),
    )
    .sort((a, b) => +a.issuedAt - +b.issuedAt);
}
