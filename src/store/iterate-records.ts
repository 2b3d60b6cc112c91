import type { RecordKind, RecordValue } from './records.ts';
import type { ListOptions, Store, VersionedRecord } from './store.ts';

/** Records per page unless the caller wants another size. */
export const defaultPageSize = 200;

interface IterateOptions extends ListOptions {
  readonly pageSize?: number;
}

/** Iterates over all records of a kind, sorted by id, reading one page at a time. */
export async function* iterateRecords<K extends RecordKind>(
  store: Pick<Store, 'listPage'>,
  kind: K,
  { prefix = '', pageSize = defaultPageSize }: IterateOptions = {},
): AsyncGenerator<VersionedRecord<RecordValue<K>>> {
  for (let after = ''; ; ) {
    const page = await store.listPage(kind, { prefix, after, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}

/** Whether a kind has any record with this prefix. Reads at most one. */
export async function hasRecords(store: Pick<Store, 'listPage'>, kind: RecordKind, prefix = ''): Promise<boolean> {
  for await (const _ of iterateRecords(store, kind, { prefix, pageSize: 1 })) return true;
  return false;
}
