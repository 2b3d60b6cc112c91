import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { Slices } from '../cooperative-queue.ts';
import { decodeEvent, encodeEvents, withoutGaps } from '../event-codec.ts';
import type { EngineEvent, StoredEvent } from '../events.ts';
import { afterPrefix } from '../id-order.ts';
import { assertHeld, leaseOf, take } from '../lease-rules.ts';
import { checkId, decodeRecord, encodeRecord } from '../record-codec.ts';
import type { Kind, RecordOf } from '../records.ts';
import type { Lease, Page, Store, Version, Versioned } from '../store.ts';
import { StaleVersion } from '../store-errors.ts';
import { type Head, NO_HEAD } from '../stream-position.ts';
import { tellingAway } from '../translate-store-errors.ts';
import { inTransaction, openSqliteFile, passesByItself } from './sqlite-file.ts';

export interface SqliteOptions {
  /** Of the file; `:memory:` keeps nothing. Its folder is made when it is missing. */
  readonly path: string;
  /** What leases run out by. */
  readonly now?: () => Date;
  /** Whether the process that holds a lease is surely over; its runs are free at once then. @default nobody knows */
  readonly isGone?: (holder: string) => boolean;
  /** How long a call waits for another process that writes. @default 10_000 */
  readonly busyMs?: number;
}

/**
 * The store in one file, for one machine: needs nothing installed, survives restarts, can be shared by processes.
 * @throws Error when the file can't be opened or a newer release wrote it.
 */
export function openSqliteStore(options: SqliteOptions): Store {
  const { path, now = () => new Date(), isGone = () => false, busyMs = 10_000 } = options;
  const store = new SqliteStore(openSqliteFile(path, busyMs), now, isGone);
  if (path === ':memory:') return tellingAway(store, passesByItself);
  // Each write waits for the disk within the call.
  const slices = new Slices();
  return tellingAway(store, passesByItself, (call) => slices.run(call));
}

/** Methods are async only to turn throws into rejections: each one's work is done before it returns. */
class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #now: () => Date;
  readonly #isGone: (holder: string) => boolean;

  constructor(db: DatabaseSync, now: () => Date, isGone: (holder: string) => boolean) {
    this.#db = db;
    this.#now = now;
    this.#isGone = isGone;
  }

  async read<K extends Kind>(kind: K, id: string): Promise<Versioned<RecordOf<K>> | undefined> {
    const row = this.#db.prepare('SELECT * FROM records WHERE kind = ? AND id = ?').get(kind, checkId(kind, id));
    return row && recordOf(kind, row);
  }

  async write<K extends Kind>(
    kind: K,
    id: string,
    value: RecordOf<K>,
    ifVersion: Version | undefined,
  ): Promise<Version> {
    const text = encodeRecord(kind, checkId(kind, id), value);
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
    if (changes === 0) throw new StaleVersion(`${kind} ${JSON.stringify(id)} was written in between; read it again`);
    return version;
  }

  async remove(kind: Kind, id: string, ifVersion?: Version): Promise<void> {
    checkId(kind, id);
    if (ifVersion === undefined) {
      this.#db.prepare('DELETE FROM records WHERE kind = ? AND id = ?').run(kind, id);
      return;
    }
    inTransaction(this.#db, () => {
      const row = this.#db.prepare('SELECT version FROM records WHERE kind = ? AND id = ?').get(kind, id);
      if (row === undefined) return;
      if (row.version !== ifVersion) {
        throw new StaleVersion(`${kind} ${JSON.stringify(id)} was written in between; read it again`);
      }
      this.#db.prepare('DELETE FROM records WHERE kind = ? AND id = ?').run(kind, id);
    });
  }

  async list<K extends Kind>(kind: K, page: Page = {}): Promise<Versioned<RecordOf<K>>[]> {
    const { prefix = '', after = '', limit = -1 } = page;
    const end = afterPrefix(prefix) ?? null;
    return this.#db
      .prepare(
        'SELECT * FROM records WHERE kind = ? AND id >= ? AND id > ? AND (? IS NULL OR id < ?) ORDER BY id LIMIT ?',
      )
      .all(kind, prefix, after, end, end, limit)
      .map((row) => recordOf(kind, row));
  }

  async openRuns(): Promise<string[]> {
    const rows = this.#db.prepare(`SELECT id FROM records WHERE kind = 'run' AND open = 1 ORDER BY id`).all();
    return rows.map((row) => String(row.id));
  }

  async takeLease(run: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    checkId('run', run);
    return inTransaction(this.#db, () => {
      const found = this.#head(run);
      const free = found.holder !== '' && this.#isGone(found.holder) ? { ...found, holder: '' } : found;
      const head = take(free, holder, this.#now().getTime(), ttlMs);
      return head && this.#keep(run, head);
    });
  }

  async renewLease(lease: Lease, ttlMs: number): Promise<Lease> {
    return inTransaction(this.#db, () => {
      const head = this.#head(lease.run);
      assertHeld(head, lease);
      return this.#keep(lease.run, { ...head, untilMs: this.#now().getTime() + ttlMs });
    });
  }

  async releaseLease(lease: Lease): Promise<void> {
    inTransaction(this.#db, () => {
      const head = this.#head(lease.run);
      if (head.token === lease.token) this.#keep(lease.run, { ...head, holder: '', untilMs: 0 });
    });
  }

  async append(run: string, events: readonly EngineEvent[], lease?: Lease): Promise<number> {
    const texts = encodeEvents(checkId('run', run), events);
    return inTransaction(this.#db, () => {
      const head = this.#head(run);
      if (lease !== undefined) assertHeld(head, lease);
      const insert = this.#db.prepare('INSERT INTO events (run, seq, at, event) VALUES (?, ?, ?, ?)');
      const at = this.#now().toISOString();
      texts.forEach((text, index) => {
        insert.run(run, head.seq + index + 1, at, text);
      });
      const seq = head.seq + texts.length;
      if (seq > head.seq) this.#keep(run, { ...head, seq });
      return seq;
    });
  }

  async events(run: string, after = 0): Promise<StoredEvent[]> {
    const rows = this.#db
      .prepare('SELECT seq, at, event FROM events WHERE run = ? AND seq > ? ORDER BY seq')
      .all(checkId('run', run), after);
    const found = rows.map((row) => decodeEvent(run, Number(row.seq), row.at, row.event));
    return withoutGaps(run, after, found);
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #head(run: string): Head {
    const row = this.#db.prepare('SELECT seq, token, holder, untilMs FROM heads WHERE run = ?').get(run);
    if (row === undefined) return NO_HEAD;
    return row as unknown as Head;
  }

  #keep(run: string, head: Head): Lease {
    this.#db
      .prepare('INSERT OR REPLACE INTO heads (run, seq, token, holder, untilMs) VALUES (?, ?, ?, ?, ?)')
      .run(run, head.seq, head.token, head.holder, head.untilMs);
    return leaseOf(run, head);
  }
}

function recordOf<K extends Kind>(kind: K, row: Record<string, SQLOutputValue>): Versioned<RecordOf<K>> {
  const id = String(row.id);
  return { id, value: decodeRecord(kind, id, row.value), version: String(row.version) as Version };
}
