import type { RecordKind, RecordValue } from './records.ts';
import { StaleVersion, type Store } from './store.ts';

/**
 * Changes a record, and repeats the change after a concurrent write.
 * @param change returns undefined to leave the record unchanged
 * @returns false if the record does not exist or was left unchanged
 */
export async function updateRecord<K extends RecordKind>(
  store: Pick<Store, 'read' | 'write'>,
  kind: K,
  id: string,
  change: (value: RecordValue<K>) => RecordValue<K> | undefined,
): Promise<boolean> {
  for (;;) {
    const found = await store.read(kind, id);
    const changed = found && change(found.value);
    if (!found || changed === undefined) return false;
    try {
      await store.write(kind, id, changed, found.version);
      return true;
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}
