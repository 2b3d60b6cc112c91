import { StaleVersion } from '../../store/errors/stale-version.ts';
import type { Person } from '../../store/person.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Store, VersionedRecord } from '../../store/store.ts';
import type { Grant } from './cluster-service-types.ts';

const pageSize = 500;

/** The record of a grant: `CLUSTER.ID`. */
export function buildGrantKey(cluster: string, id: string): string {
  return `${cluster}.${id}`;
}

/** Every kubeconfig that was ever given to somebody for a cluster of this name. */
export async function listAllGrants(
  store: Store,
  cluster: string,
): Promise<readonly VersionedRecord<RecordValue<'kubeconfigGrant'>>[]> {
  const found: VersionedRecord<RecordValue<'kubeconfigGrant'>>[] = [];
  for (let after = ''; ; ) {
    const page = await store.list('kubeconfigGrant', { prefix: buildGrantKey(cluster, ''), after, limit: pageSize });
    found.push(...page);
    const last = page.at(-1);
    if (!last || page.length < pageSize) return found;
    after = last.id;
  }
}

/** Those that have neither ended nor been revoked, oldest first. Of a cluster of this name that was deleted, none counts. */
export async function listActiveGrants(store: Store, cluster: string, now: Date): Promise<readonly Grant[]> {
  const [all, record] = await Promise.all([listAllGrants(store, cluster), store.read('cluster', cluster)]);
  const since = record?.value.createdAt ?? '';
  return all
    .filter(({ value }) => !value.revoked && new Date(value.expiresAt) > now && value.issuedAt >= since)
    .map(
      ({ id, value: { grantee, commonName, issuedAt, expiresAt } }): Grant => ({
        id: id.slice(buildGrantKey(cluster, '').length),
        ...{ grantee, commonName, issuedAt: new Date(issuedAt), expiresAt: new Date(expiresAt) },
      }),
    )
    .sort((a, b) => +a.issuedAt - +b.issuedAt);
}

/** Ids of those that are to work now. */
export async function listActiveGrantIds(store: Store, cluster: string, now: Date): Promise<readonly string[]> {
  return (await listActiveGrants(store, cluster, now)).map(({ id }) => id);
}

/** Writes down that a grant is to work no more; the first word counts. @returns whether it was ours */
export async function markGrantRevoked(store: Store, key: string, revokedBy: Person, at: Date): Promise<boolean> {
  for (;;) {
    const found = await store.read('kubeconfigGrant', key);
    if (!found || found.value.revoked) return false;
    try {
      await store.write(
        'kubeconfigGrant',
        key,
        { ...found.value, revoked: { revokedBy, revokedAt: at.toISOString() } },
        found.version,
      );
      return true;
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}
