import type { Person } from '../../store/events.ts';
import type { RecordOf } from '../../store/records.ts';
import type { Store, Versioned } from '../../store/store.ts';
import { StaleVersion } from '../../store/store-errors.ts';
import type { Grant } from './cluster-service-types.ts';

const pageSize = 500;

/** The record of a grant: `CLUSTER.ID`. */
export function grantKey(cluster: string, id: string): string {
  return `${cluster}.${id}`;
}

/** Every kubeconfig that was ever given to somebody for a cluster of this name. */
export async function allGrants(store: Store, cluster: string): Promise<readonly Versioned<RecordOf<'grant'>>[]> {
  const found: Versioned<RecordOf<'grant'>>[] = [];
  for (let after = ''; ; ) {
    const page = await store.list('grant', { prefix: grantKey(cluster, ''), after, limit: pageSize });
    found.push(...page);
    const last = page.at(-1);
    if (!last || page.length < pageSize) return found;
    after = last.id;
  }
}

/** Those that have neither ended nor been revoked, oldest first. Of a cluster of this name that was deleted, none counts. */
export async function grantsOf(store: Store, cluster: string, now: Date): Promise<readonly Grant[]> {
  const [all, record] = await Promise.all([allGrants(store, cluster), store.read('cluster', cluster)]);
  const since = record?.value.createdAt ?? '';
  return all
    .filter(({ value }) => !value.revoked && new Date(value.endsAt) > now && value.issuedAt >= since)
    .map(
      ({ id, value: { to, commonName, issuedAt, endsAt } }): Grant => ({
        id: id.slice(grantKey(cluster, '').length),
        ...{ to, commonName, issuedAt: new Date(issuedAt), endsAt: new Date(endsAt) },
      }),
    )
    .sort((a, b) => +a.issuedAt - +b.issuedAt);
}

/** Ids of those that are to work now. */
export async function liveGrants(store: Store, cluster: string, now: Date): Promise<readonly string[]> {
  return (await grantsOf(store, cluster, now)).map(({ id }) => id);
}

/** Writes down that a grant is to work no more; the first word counts. @returns whether it was ours */
export async function markRevoked(store: Store, key: string, by: Person, at: Date): Promise<boolean> {
  for (;;) {
    const found = await store.read('grant', key);
    if (!found || found.value.revoked) return false;
    try {
      await store.write('grant', key, { ...found.value, revoked: { by, at: at.toISOString() } }, found.version);
      return true;
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}
