import type { RecordKind, RecordValue } from './records.ts';
import { StaleVersion, type Store } from './store.ts';

/** Creates a record if absent. Of concurrent writers the first wins, and all get its value. */
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
