import type { Person } from '../../store/person.ts';
import type { ClusterRecord } from '../../store/records.ts';
import { StaleVersion, type Store } from '../../store/store.ts';
import { KthwError } from '../cluster/errors.ts';
import type { RevokeRequest, RevokeResult } from './cluster-service.ts';
import { buildGrantKey } from './grant-key.ts';
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
  for (const { id } of matchingGrants) await markGrantRevoked(store, buildGrantKey(name, id), requester, now());
  try {
    await removeRevokedBindings(found.value);
    return { revoked: matchingGrants, isEnforced: true };
  } catch (error) {
    if (!(error instanceof KthwError)) throw error;
    return { revoked: matchingGrants, isEnforced: false };
  }
}

/** Marks a grant as revoked, unless it already is. */
async function markGrantRevoked(store: Store, key: string, revokedBy: Person, at: Date): Promise<void> {
  for (;;) {
    const found = await store.read('kubeconfigGrant', key);
    if (!found || found.value.revoked) return;
    try {
      await store.write(
        'kubeconfigGrant',
        key,
        { ...found.value, revoked: { revokedBy, revokedAt: at.toISOString() } },
        found.version,
      );
      return;
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}
