import type { RecordKind, RecordValue } from './records.ts';
import type { Store } from './store.ts';
import { StaleVersion } from './store-errors.ts';

/** Writes a record where there is none. Of several that come at once the first stays, and all are told what that wrote. */
export async function writeOnce<K extends RecordKind>(
  store: Store,
  kind: K,
  id: string,
  value: RecordValue<K>,
): Promise<{ readonly first: boolean; readonly value: RecordValue<K> }> {
  try {
    await store.write(kind, id, value, undefined);
    return { first: true, value };
  } catch (error) {
    if (!(error instanceof StaleVersion)) throw error;
    return { first: false, value: (await store.read(kind, id))?.value ?? value };
  }
}
