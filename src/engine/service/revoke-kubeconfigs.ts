import type { ClusterRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { KthwError } from '../cluster/errors.ts';
import type { RevokeRequest, RevokeResult } from './cluster-service-types.ts';
import { buildGrantKey, listActiveGrants, markGrantRevoked } from './kubeconfig-grants.ts';

interface RevokeDeps {
  readonly store: Store;
  readonly now: () => Date;
  removeRevokedBindings(record: ClusterRecord): Promise<void>;
}

/**
 * Ends kubeconfigs of one person before their time. Written down first: from then on no run binds them again, and what the
 * API could not be told now it is told by the next run, or when it is asked again.
 */
export async function revokeKubeconfigs(
  { store, now, removeRevokedBindings }: RevokeDeps,
  name: string,
  { grantee, requester, grantId }: RevokeRequest,
): Promise<RevokeResult> {
  const found = await store.read('cluster', name);
  if (!found || found.value.state === 'deleted') return { notFound: true };
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
