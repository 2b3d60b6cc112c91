import type { Person } from '../../store/person.ts';
import type { ClusterRecord, RecordValue } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { writeOnce } from '../../store/write-once.ts';
import { updateRecord } from '../workflow/finalize-run.ts';
import type { ExtendResult } from './cluster-service.ts';

/**
 * Extends a cluster's TTL from its expiry or from now, whichever is later. The extension is recorded once per expiry, then
 * applied to the cluster. After a crash in between, the next click applies it.
 * @param expectedExpiry the displayed expiry; if it has changed since, the call has no effect
 */
export async function extendTtl(
  { store, now }: { readonly store: Store; readonly now: () => Date },
  name: string,
  expectedExpiry: Date,
  extensionMs: number,
  extendedBy: Person,
): Promise<ExtendResult> {
  const found = (await store.read('cluster', name))?.value;
  if (!found || found.settledState === 'deleted' || found.expiresAt === undefined) return { notFound: true };
  if (+new Date(found.expiresAt) !== +expectedExpiry) return { alreadyExtendedTo: new Date(found.expiresAt) };
  const newExpiry = new Date(Math.max(+expectedExpiry, +now()) + extensionMs);
  const key = `${name}.${expectedExpiry.toISOString()}`;
  const extension: RecordValue<'ttlExtension'> = {
    cluster: name,
    extendedBy,
    extendedAt: now().toISOString(),
    previousExpiresAt: expectedExpiry.toISOString(),
    expiresAt: newExpiry.toISOString(),
  };
  const { first, value } = await writeOnce(store, 'ttlExtension', key, extension);
  const { expiresAt } = value;
  await updateRecord(
    store,
    'cluster',
    name,
    (cluster): ClusterRecord =>
      cluster.expiresAt !== undefined && +new Date(cluster.expiresAt) === +expectedExpiry
        ? { ...cluster, expiresAt }
        : cluster,
  );
  return first ? { expiresAt: new Date(expiresAt) } : { alreadyExtendedTo: new Date(expiresAt) };
}
