import { describe } from 'vitest';
import type { RecordKind } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { eventsContract } from './store-events.contract.ts';
import { leasesContract } from './store-leases.contract.ts';
import { limitsContract } from './store-limits.contract.ts';
import { recordsContract } from './store-records.contract.ts';

/** One empty store, and direct access to its data. */
export interface StoreUnderTest {
  /** A client of the same data that shares no memory with the others. */
  open(now?: () => Date): Promise<Store>;
  /** Replaces the text of a record by something that no client would write. */
  spoilRecord(kind: RecordKind, id: string, text: string): Promise<void>;
  spoilEvent(run: string, seq: number, text: string): Promise<void>;
  loseEvent(run: string, seq: number): Promise<void>;
}

/** Contract of every store. `fresh` creates an empty one and removes it after the test. */
export function storeContract(name: string, fresh: () => Promise<StoreUnderTest>): void {
  describe(`${name} fulfils the store contract`, () => {
    recordsContract(fresh);
    eventsContract(fresh);
    leasesContract(fresh);
    limitsContract(fresh);
  });
}
