import type { EngineEvent, StoredEvent } from './events.ts';
import type { Kind, RecordOf } from './records.ts';

/** Opaque: compare for equality only. */
export type Version = string & { readonly __version: unique symbol };

export interface Versioned<T> {
  readonly id: string;
  readonly value: T;
  readonly version: Version;
}

/** Held by one runner at a time. `token` grows with every holder; a write under an older one is refused. */
export interface Lease {
  readonly run: string;
  readonly holder: string;
  readonly token: number;
  readonly until: Date;
}

export interface Page {
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
  read<K extends Kind>(kind: K, id: string): Promise<Versioned<RecordOf<K>> | undefined>;
  /**
   * Compare-and-set. `undefined` as version: the record must not exist yet.
   * @throws StaleVersion when somebody wrote in between; InvalidRecord when the value does not fit its schema.
   */
  write<K extends Kind>(kind: K, id: string, value: RecordOf<K>, ifVersion: Version | undefined): Promise<Version>;
  /** @throws StaleVersion. Absent already: no error. */
  remove(kind: Kind, id: string, ifVersion?: Version): Promise<void>;
  list<K extends Kind>(kind: K, page?: Page): Promise<Versioned<RecordOf<K>>[]>;
  /** Ids of runs whose record says `open`, oldest first by id. */
  openRuns(): Promise<string[]>;

  /** Takes the run for `ttlMs`; undefined when somebody else holds it. The same holder gets a new token too. */
  takeLease(run: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
  /** @throws LeaseLost */
  renewLease(lease: Lease, ttlMs: number): Promise<Lease>;
  /** Gives the run back. Lost already: no error. */
  releaseLease(lease: Lease): Promise<void>;

  /**
   * Adds events to a run, all or none, and answers the number of the last. Under a lease: the runner's own. Without:
   * what a person said (a request, a cancel, an approval), which needs no lease.
   * @throws LeaseLost when a lease is given and its token is no longer the newest.
   */
  append(run: string, events: readonly EngineEvent[], lease?: Lease): Promise<number>;
  /** Events after number `after` (0: all), in order, no gaps. */
  events(run: string, after?: number): Promise<StoredEvent[]>;
  close(): Promise<void>;
}
