import type { EngineEvent, StoredEvent } from './events.ts';
import type { ClusterRecord, RecordKind, RecordValue } from './records.ts';

/** Opaque: compare for equality only. */
export type Version = string & { readonly __version: unique symbol };

export interface VersionedRecord<T> {
  readonly id: string;
  readonly value: T;
  readonly version: Version;
}

/** Held by one runner at a time. `token` is a fencing token: it grows with every lease, and writes with an older one fail. */
export interface Lease {
  readonly run: string;
  readonly owner: string;
  readonly token: number;
  readonly expiresAt: Date;
}

export interface ListOptions {
  /** Only ids with this prefix. */
  readonly prefix?: string;
}

export interface PageOptions extends ListOptions {
  /** Only ids after this one, by code point. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * Storage of records, runs and events. Every implementation passes the suite in `test/contract/store.contract.ts`.
 * Ids have 1 to 200 characters and no slash.
 */
export interface Store {
  /** @throws InvalidRecord if the stored record does not match its schema */
  read<K extends RecordKind>(kind: K, id: string): Promise<VersionedRecord<RecordValue<K>> | undefined>;
  /**
   * Compare-and-set. Without a version, the record must not exist yet.
   * @throws StaleVersion after a concurrent write; InvalidRecord if the value does not match its schema
   */
  write<K extends RecordKind>(
    kind: K,
    id: string,
    value: RecordValue<K>,
    ifVersion: Version | undefined,
  ): Promise<Version>;
  /** Succeeds if the record is absent. @throws StaleVersion */
  remove(kind: RecordKind, id: string, ifVersion?: Version): Promise<void>;
  /** All records, sorted by id. */
  list<K extends RecordKind>(kind: K, options?: ListOptions): Promise<VersionedRecord<RecordValue<K>>[]>;
  /** Reads one page. Only `iterateRecords` calls this: a page must never be taken for the whole list. */
  listPage<K extends RecordKind>(kind: K, options: PageOptions): Promise<VersionedRecord<RecordValue<K>>[]>;
  /** All clusters that are not deleted, sorted by id. Does not read deleted clusters, which are kept for the audit log. */
  listActiveClusters(): Promise<VersionedRecord<ClusterRecord>[]>;
  /** Ids of runs with `open: true`, sorted by id. */
  listOpenRuns(): Promise<string[]>;

  /** Acquires the run for `ttlMs`; undefined if another owner holds it. The same owner gets a new token too. */
  acquireLease(run: string, owner: string, ttlMs: number): Promise<Lease | undefined>;
  /** @throws LeaseLost */
  renewLease(lease: Lease, ttlMs: number): Promise<Lease>;
  /** Succeeds if the lease is already lost. */
  releaseLease(lease: Lease): Promise<void>;

  /**
   * Appends events to a run atomically and returns the sequence number of the last one. Runners pass their lease. User
   * actions (requests, cancellations, approvals) need no lease.
   * @throws LeaseLost if a lease is given and its token is no longer the newest
   */
  append(run: string, newEvents: readonly EngineEvent[], lease?: Lease): Promise<number>;
  /** Returns the events after sequence number `after` (0: all), in order, without gaps. */
  readEvents(run: string, after?: number): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

/** Another runner holds the lease. Stop writing. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** The record was modified concurrently. Read it again and decide again. */
export class StaleVersion extends Error {
  override name = 'StaleVersion';
}

/** The store did not respond in time. Transient; a write may or may not have been made. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}
