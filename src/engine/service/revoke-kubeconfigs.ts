import type { ClusterRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { KthwError } from '../workflow/errors.ts';
import type { Revocation, RevokeAsked } from './cluster-service-types.ts';
import { grantKey, grantsOf, markRevoked } from './kubeconfig-grants.ts';

interface Tools {
  readonly store: Store;
  readonly now: () => Date;
  withdrawRevoked(record: ClusterRecord): Promise<void>;
}

/**
 * Ends kubeconfigs of one person before their time. Written down first: from then on no run binds them again, and what the
 * API could not be told now it is told by the next run, or when it is asked again.
 */
export async function revokeKubeconfigs(
  { store, now, withdrawRevoked }: Tools,
  name: string,
  { of, by, grant }: RevokeAsked,
): Promise<Revocation> {
  const found = await store.read('cluster', name);
  if (!found || found.value.state === 'deleted') return { unknown: true };
  const meant = (await grantsOf(store, name, now())).filter(
    ({ id, to }) => to.team === of.team && to.user === of.user && (grant === undefined || grant === id),
  );
  for (const { id } of meant) await markRevoked(store, grantKey(name, id), by, now());
  try {
    await withdrawRevoked(found.value);
    return { revoked: meant, reached: true };
  } catch (error) {
    if (!(error instanceof KthwError)) throw error;
    return { revoked: meant, reached: false };
  }
}
