import type { ClusterRecord } from '../../../store/records.ts';
import type { Store } from '../../../store/store.ts';
import { updateRecord } from '../../../store/update-record.ts';
import { KthwError } from '../../cluster/errors.ts';
import { buildGrantKey } from '../../cluster/grant-key.ts';
import type { RevokeRequest, RevokeResult } from './kubeconfig-service.ts';
import { listActiveGrants } from './list-grants.ts';

interface RevokeDeps {
  readonly store: Store;
  readonly now: () => Date;
  removeRevokedBindings(record: ClusterRecord): Promise<void>;
}

/**
 * Revokes kubeconfigs of one person. The revocation is recorded first, so that no run binds them again. If the cluster's
 * API is unreachable, the next run or the next revocation deletes the bindings.
 */
export async function revokeKubeconfigs(
  { store, now, removeRevokedBindings }: RevokeDeps,
  name: string,
  { grantee, requester, grantId }: RevokeRequest,
): Promise<RevokeResult> {
  const found = await store.read('cluster', name);
  if (!found || found.value.settledState === 'deleted') return { notFound: true };
  const matchingGrants = (await listActiveGrants(store, name, now())).filter(
    ({ id, grantee: owner }) =>
      owner.team === grantee.team && owner.user === grantee.user && (grantId === undefined || grantId === id),
  );
  const revoked = { revokedBy: requester, revokedAt: now().toISOString() };
  for (const { id } of matchingGrants)
    await updateRecord(store, 'kubeconfigGrant', buildGrantKey(name, id), (value) =>
      value.revoked ? undefined : { ...value, revoked },
    );
  try {
    await removeRevokedBindings(found.value);
    return { revoked: matchingGrants, isEnforced: true };
  } catch (error) {
    if (!(error instanceof KthwError)) throw error;
    return { revoked: matchingGrants, isEnforced: false };
  }
}
