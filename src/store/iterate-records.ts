import type { RecordKind, RecordValue } from './records.ts';
import type { ListOptions, Store, VersionedRecord } from './store.ts';

/** Iterates over all records of a kind, sorted by id, reading one page at a time. */
export async function* iterateRecords<K extends RecordKind>(
  store: Pick<Store, 'list'>,
  kind: K,
  { prefix = '', limit = 200 }: Pick<ListOptions, 'prefix' | 'limit'> = {},
): AsyncGenerator<VersionedRecord<RecordValue<K>>> {
  for (let after = ''; ; ) {
    const page = await store.list(kind, { prefix, after, limit });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < limit) return;
    after = last.id;
  }
}
