import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { assertLeaseHeld, claimLease, toLease } from '../claim-lease.ts';
import { getPrefixEnd } from '../compare-code-points.ts';
import { CooperativeQueue } from '../cooperative-queue.ts';
import { assertNoGaps, decodeEvent, encodeEvents } from '../encode-events.ts';
import { decodeRecord, encodeRecord, validateId } from '../encode-record.ts';
import { isOpenRecord } from '../is-open-record.ts';
import type { RecordKind, RecordValue } from '../records.ts';
import {
  type Lease,
  StaleVersion,
  type Store,
  StoreUnavailable,
  type Version,
  type VersionedRecord,
} from '../store.ts';
import { INITIAL_POSITION, type StreamPosition } from '../stream-position.ts';
import { wrapStore } from '../wrap-store.ts';
import { clearWriteAheadLog } from './clear-write-ahead-log.ts';
import { isTransientError, openSqliteFile, runInTransaction } from './sqlite-file.ts';

/** Kinds whose deleted records must not remain in the files. */
const erasedKinds: readonly RecordKind[] = ['secret', 'dataKey'];

interface SqliteOptions {
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
  const store = createSqliteStore(openSqliteFile(path, busyTimeoutMs), now, hasOwnerExited);
  if (path === ':memory:') return translateErrors(store);
  // Writes block until they are on disk.
  const queue = new CooperativeQueue();
  return translateErrors(store, (call) => queue.run(call));
}

/** Methods are async only to turn throws into rejections; they complete synchronously. */
function createSqliteStore(db: DatabaseSync, now: () => Date, hasOwnerExited: (owner: string) => boolean): Store {
  function readPosition(run: string): StreamPosition {
    const row = db.prepare('SELECT seq, token, owner, expiresAtMs FROM stream_positions WHERE run = ?').get(run);
    if (row === undefined) return INITIAL_POSITION;
    return row as unknown as StreamPosition;
  }

  function writePosition(run: string, position: StreamPosition): Lease {
    db.prepare(
      'INSERT OR REPLACE INTO stream_positions (run, seq, token, owner, expiresAtMs) VALUES (?, ?, ?, ?, ?)',
    ).run(run, position.seq, position.token, position.owner, position.expiresAtMs);
    return toLease(run, position);
  }

  /** @param limit negative: no limit */
  function selectRecords<K extends RecordKind>(
    kind: K,
    prefix: string,
    after: string,
    limit: number,
  ): VersionedRecord<RecordValue<K>>[] {
    const end = getPrefixEnd(prefix) ?? null;
    return db
      .prepare(
        'SELECT * FROM records WHERE kind = ? AND id >= ? AND id > ? AND (? IS NULL OR id < ?) ORDER BY id LIMIT ?',
      )
      .all(kind, prefix, after, end, end, limit)
      .map((row) => toRecord(kind, row));
  }

  return {
    async read(kind, id) {
      const row = db.prepare('SELECT * FROM records WHERE kind = ? AND id = ?').get(kind, validateId(kind, id));
      return row && toRecord(kind, row);
    },
    async write(kind, id, value, ifVersion) {
      const text = encodeRecord(kind, validateId(kind, id), value);
      const open = isOpenRecord(kind, value) ? 1 : 0;
      const version = randomUUID() as string as Version;
      const { changes } =
        ifVersion === undefined
          ? db
              .prepare(
                'INSERT INTO records (kind, id, value, version, open) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
              )
              .run(kind, id, text, version, open)
          : db
              .prepare('UPDATE records SET value = ?, version = ?, open = ? WHERE kind = ? AND id = ? AND version = ?')
              .run(text, version, open, kind, id, ifVersion);
      if (changes === 0)
        throw new StaleVersion(`${kind} ${JSON.stringify(id)} was modified concurrently; read it again`);
      return version;
    },
    async remove(kind, id, ifVersion) {
      validateId(kind, id);
      runInTransaction(db, () => {
        const row = db.prepare('SELECT version FROM records WHERE kind = ? AND id = ?').get(kind, id);
        if (row !== undefined && ifVersion !== undefined && row.version !== ifVersion) {
          throw new StaleVersion(`${kind} ${JSON.stringify(id)} was modified concurrently; read it again`);
        }
        db.prepare('DELETE FROM records WHERE kind = ? AND id = ?').run(kind, id);
      });
      if (erasedKinds.includes(kind)) clearWriteAheadLog(db);
    },
    list: async (kind, { prefix = '' } = {}) => selectRecords(kind, prefix, '', -1),
    listPage: async (kind, { prefix = '', after = '', limit }) => selectRecords(kind, prefix, after, limit),
    async listActiveClusters() {
      const rows = db.prepare(`SELECT * FROM records WHERE kind = 'cluster' AND open = 1 ORDER BY id`).all();
      return rows.map((row) => toRecord('cluster', row));
    },
    async listOpenRuns() {
      const rows = db.prepare(`SELECT id FROM records WHERE kind = 'run' AND open = 1 ORDER BY id`).all();
      return rows.map((row) => String(row.id));
    },
    async acquireLease(run, owner, ttlMs) {
      validateId('run', run);
      return runInTransaction(db, () => {
        const stored = readPosition(run);
        const current = stored.owner !== '' && hasOwnerExited(stored.owner) ? { ...stored, owner: '' } : stored;
        const position = claimLease(current, owner, now().getTime(), ttlMs);
        return position && writePosition(run, position);
      });
    },
    async renewLease(lease, ttlMs) {
      return runInTransaction(db, () => {
        const position = readPosition(lease.run);
        assertLeaseHeld(position, lease);
        return writePosition(lease.run, { ...position, expiresAtMs: now().getTime() + ttlMs });
      });
    },
    async releaseLease(lease) {
      runInTransaction(db, () => {
        const position = readPosition(lease.run);
        if (position.token === lease.token) writePosition(lease.run, { ...position, owner: '', expiresAtMs: 0 });
      });
    },
    async append(run, events, lease) {
      const texts = encodeEvents(validateId('run', run), events);
      return runInTransaction(db, () => {
        const position = readPosition(run);
        if (lease !== undefined) assertLeaseHeld(position, lease);
        const insert = db.prepare('INSERT INTO events (run, seq, at, event) VALUES (?, ?, ?, ?)');
        const at = now().toISOString();
        texts.forEach((text, index) => {
          insert.run(run, position.seq + index + 1, at, text);
        });
        const seq = position.seq + texts.length;
        if (seq > position.seq) writePosition(run, { ...position, seq });
        return seq;
      });
    },
    async readEvents(run, after = 0) {
      const rows = db
        .prepare('SELECT seq, at, event FROM events WHERE run = ? AND seq > ? ORDER BY seq')
        .all(validateId('run', run), after);
      const found = rows.map((row) => decodeEvent(run, Number(row.seq), row.at, row.event));
      return assertNoGaps(run, after, found);
    },
    async close() {
      if (db.isOpen) db.close();
    },
  };
}

function toRecord<K extends RecordKind>(kind: K, row: Record<string, SQLOutputValue>): VersionedRecord<RecordValue<K>> {
  const id = String(row.id);
  return { id, value: decodeRecord(kind, id, row.value), version: String(row.version) as Version };
}

/**
 * Wraps a store so that transient errors become StoreUnavailable.
 * @param schedule decides when a call starts @default at once
 */
function translateErrors(store: Store, schedule: <T>(call: () => Promise<T>) => Promise<T> = (call) => call()): Store {
  return wrapStore(async (call, method) => {
    if (method === 'close') return await call(store);
    try {
      return await schedule(() => call(store));
    } catch (cause) {
      if (!isTransientError(cause)) throw cause;
      throw new StoreUnavailable(`the store: ${(cause as Error).message}; try again later`, { cause });
    }
  });
}
