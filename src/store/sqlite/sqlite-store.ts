import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { assertLeaseHeld, claimLease, toLease } from '../claim-lease.ts';
import { getPrefixEnd } from '../compare-code-points.ts';
import { CooperativeQueue } from '../cooperative-queue.ts';
import { assertNoGaps, decodeEvent, encodeEvents } from '../encode-events.ts';
import { decodeRecord, encodeRecord, validateId } from '../encode-record.ts';
import { StaleVersion } from '../errors/stale-version.ts';
import type { EngineEvent, StoredEvent } from '../events.ts';
import type { RecordKind, RecordValue } from '../records.ts';
import type { Lease, ListOptions, Store, Version, VersionedRecord } from '../store.ts';
import { INITIAL_POSITION, type StreamPosition } from '../stream-position.ts';
import { translateStoreErrors } from '../translate-store-errors.ts';
import { isTransientError, openSqliteFile, runInTransaction } from './sqlite-file.ts';

export interface SqliteOptions {
  /** Path of the file, or `:memory:`. Missing parent directories are created. */
  readonly path: string;
  /** Clock for lease expiry and event timestamps. */
  readonly now?: () => Date;
  /** Whether a lease owner's process certainly has exited, which frees its leases early. @default false */
  readonly hasOwnerExited?: (owner: string) => boolean;
  /** Maximum wait for other writing processes. @default 10_000 */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens the SQLite store: one file for one host, shared by processes.
 * @throws Error if the file can't be opened or has another schema version
 */
export function openSqliteStore(options: SqliteOptions): Store {
  const { path, now = () => new Date(), hasOwnerExited = () => false, busyTimeoutMs = 10_000 } = options;
  const store = new SqliteStore(openSqliteFile(path, busyTimeoutMs), now, hasOwnerExited);
  if (path === ':memory:') return translateStoreErrors(store, isTransientError);
  // Writes block until they are on disk.
  const queue = new CooperativeQueue();
  return translateStoreErrors(store, isTransientError, (call) => queue.run(call));
}

/** Methods are async only to turn throws into rejections; they complete synchronously. */
class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #now: () => Date;
  readonly #hasOwnerExited: (owner: string) => boolean;

  constructor(db: DatabaseSync, now: () => Date, hasOwnerExited: (owner: string) => boolean) {
    this.#db = db;
    this.#now = now;
    this.#hasOwnerExited = hasOwnerExited;
  }

  async read<K extends RecordKind>(kind: K, id: string): Promise<VersionedRecord<RecordValue<K>> | undefined> {
    const row = this.#db.prepare('SELECT * FROM records WHERE kind = ? AND id = ?').get(kind, validateId(kind, id));
    return row && toRecord(kind, row);
  }

  async write<K extends RecordKind>(
    kind: K,
    id: string,
    value: RecordValue<K>,
    ifVersion: Version | undefined,
  ): Promise<Version> {
    const text = encodeRecord(kind, validateId(kind, id), value);
    const open = 'open' in value && value.open ? 1 : 0;
    const version = randomUUID() as string as Version;
    const { changes } =
      ifVersion === undefined
        ? this.#db
            .prepare(
              'INSERT INTO records (kind, id, value, version, open) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
            )
            .run(kind, id, text, version, open)
        : this.#db
            .prepare('UPDATE records SET value = ?, version = ?, open = ? WHERE kind = ? AND id = ? AND version = ?')
            .run(text, version, open, kind, id, ifVersion);
    if (changes === 0) throw new StaleVersion(`${kind} ${JSON.stringify(id)} was modified concurrently; read it again`);
    return version;
  }

  async remove(kind: RecordKind, id: string, ifVersion?: Version): Promise<void> {
    validateId(kind, id);
    if (ifVersion === undefined) {
      this.#db.prepare('DELETE FROM records WHERE kind = ? AND id = ?').run(kind, id);
      return;
    }
    runInTransaction(this.#db, () => {
      const row = this.#db.prepare('SELECT version FROM records WHERE kind = ? AND id = ?').get(kind, id);
      if (row === undefined) return;
      if (row.version !== ifVersion) {
        throw new StaleVersion(`${kind} ${JSON.stringify(id)} was modified concurrently; read it again`);
      }
      this.#db.prepare('DELETE FROM records WHERE kind = ? AND id = ?').run(kind, id);
    });
  }

  async list<K extends RecordKind>(kind: K, page: ListOptions = {}): Promise<VersionedRecord<RecordValue<K>>[]> {
    const { prefix = '', after = '', limit = -1 } = page;
    const end = getPrefixEnd(prefix) ?? null;
    return this.#db
      .prepare(
        'SELECT * FROM records WHERE kind = ? AND id >= ? AND id > ? AND (? IS NULL OR id < ?) ORDER BY id LIMIT ?',
      )
      .all(kind, prefix, after, end, end, limit)
      .map((row) => toRecord(kind, row));
  }

  async listOpenRuns(): Promise<string[]> {
    const rows = this.#db.prepare(`SELECT id FROM records WHERE kind = 'run' AND open = 1 ORDER BY id`).all();
    return rows.map((row) => String(row.id));
  }

  async acquireLease(run: string, owner: string, ttlMs: number): Promise<Lease | undefined> {
    validateId('run', run);
    return runInTransaction(this.#db, () => {
      const stored = this.#readPosition(run);
      const current = stored.owner !== '' && this.#hasOwnerExited(stored.owner) ? { ...stored, owner: '' } : stored;
      const position = claimLease(current, owner, this.#now().getTime(), ttlMs);
      return position && this.#writePosition(run, position);
    });
  }

  async renewLease(lease: Lease, ttlMs: number): Promise<Lease> {
    return runInTransaction(this.#db, () => {
      const position = this.#readPosition(lease.run);
      assertLeaseHeld(position, lease);
      return this.#writePosition(lease.run, { ...position, expiresAtMs: this.#now().getTime() + ttlMs });
    });
  }

  async releaseLease(lease: Lease): Promise<void> {
    runInTransaction(this.#db, () => {
      const position = this.#readPosition(lease.run);
      if (position.token === lease.token) this.#writePosition(lease.run, { ...position, owner: '', expiresAtMs: 0 });
    });
  }

  async append(run: string, events: readonly EngineEvent[], lease?: Lease): Promise<number> {
    const texts = encodeEvents(validateId('run', run), events);
    return runInTransaction(this.#db, () => {
      const position = this.#readPosition(run);
      if (lease !== undefined) assertLeaseHeld(position, lease);
      const insert = this.#db.prepare('INSERT INTO events (run, seq, at, event) VALUES (?, ?, ?, ?)');
      const at = this.#now().toISOString();
      texts.forEach((text, index) => {
        insert.run(run, position.seq + index + 1, at, text);
      });
      const seq = position.seq + texts.length;
      if (seq > position.seq) this.#writePosition(run, { ...position, seq });
      return seq;
    });
  }

  async readEvents(run: string, after = 0): Promise<StoredEvent[]> {
    const rows = this.#db
      .prepare('SELECT seq, at, event FROM events WHERE run = ? AND seq > ? ORDER BY seq')
      .all(validateId('run', run), after);
    const found = rows.map((row) => decodeEvent(run, Number(row.seq), row.at, row.event));
    return assertNoGaps(run, after, found);
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #readPosition(run: string): StreamPosition {
    const row = this.#db.prepare('SELECT seq, token, owner, expiresAtMs FROM stream_positions WHERE run = ?').get(run);
    if (row === undefined) return INITIAL_POSITION;
    return row as unknown as StreamPosition;
  }

  #writePosition(run: string, position: StreamPosition): Lease {
    this.#db
      .prepare('INSERT OR REPLACE INTO stream_positions (run, seq, token, owner, expiresAtMs) VALUES (?, ?, ?, ?, ?)')
      .run(run, position.seq, position.token, position.owner, position.expiresAtMs);
    return toLease(run, position);
  }
}

function toRecord<K extends RecordKind>(kind: K, row: Record<string, SQLOutputValue>): VersionedRecord<RecordValue<K>> {
  const id = String(row.id);
  return { id, value: decodeRecord(kind, id, row.value), version: String(row.version) as Version };
}
