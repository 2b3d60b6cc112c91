import type { EngineEvent, StoredEvent } from './events.ts';
import type { RecordKind, RecordValue } from './records.ts';

/** Opaque: compare for equality only. */
export type Version = string & { readonly __version: unique symbol };

export interface VersionedRecord<T> {
  readonly id: string;
  readonly value: T;
  readonly version: Version;
}

/** Held by one runner at a time. `token` grows with every holder; a write under an older one is refused. */
export interface Lease {
  readonly run: string;
  readonly owner: string;
  readonly token: number;
  readonly expiresAt: Date;
}

export interface ListOptions {
  /** Ids that start with this. */
  readonly prefix?: string;
  /** Ids after this one, in the order of their code points. */
  readonly after?: string;
  readonly limit?: number;
}

/**
 * Where clusters, runs and events rest. Every implementation passes the suite in `test/contract/store.contract.ts`.
 * Ids are any text of 1 to 200 characters without a slash.
 */
export interface Store {
  /** @throws InvalidRecord when what is stored does not fit its schema: names kind, id and path. */
  read<K extends RecordKind>(kind: K, id: string): Promise<VersionedRecord<RecordValue<K>> | undefined>;
  /**
   * Compare-and-set. `undefined` as version: the record must not exist yet.
   * @throws StaleVersion when somebody wrote in between; InvalidRecord when the value does not fit its schema.
   */
  write<K extends RecordKind>(
    kind: K,
    id: string,
    value: RecordValue<K>,
    ifVersion: Version | undefined,
  ): Promise<Version>;
  /** @throws StaleVersion. Absent already: no error. */
  remove(kind: RecordKind, id: string, ifVersion?: Version): Promise<void>;
  list<K extends RecordKind>(kind: K, options?: ListOptions): Promise<VersionedRecord<RecordValue<K>>[]>;
  /** Ids of runs whose record says `open`, oldest first by id. */
  listOpenRuns(): Promise<string[]>;

  /** Takes the run for `ttlMs`; undefined when somebody else holds it. The same holder gets a new token too. */
  acquireLease(run: string, owner: string, ttlMs: number): Promise<Lease | undefined>;
  /** @throws LeaseLost */
  renewLease(lease: Lease, ttlMs: number): Promise<Lease>;
  /** Gives the run back. Lost already: no error. */
  releaseLease(lease: Lease): Promise<void>;

  /**
   * Adds events to a run, all or none, and answers the number of the last. Under a lease: the runner's own. Without:
   * what a person said (a request, a cancel, an approval), which needs no lease.
   * @throws LeaseLost when a lease is given and its token is no longer the newest.
   */
  append(run: string, newEvents: readonly EngineEvent[], lease?: Lease): Promise<number>;
  /** Events after number `after` (0: all), in order, no gaps. */
  readEvents(run: string, after?: number): Promise<StoredEvent[]>;
  close(): Promise<void>;
}
