import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { clearWriteAheadLog } from './clear-write-ahead-log.ts';

/** Schema version. Files with another version are rejected. */
const FORMAT = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, version TEXT NOT NULL, open INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS open_records ON records (kind, id) WHERE open = 1;
  CREATE TABLE IF NOT EXISTS stream_positions (
    run TEXT PRIMARY KEY, seq INTEGER NOT NULL, token INTEGER NOT NULL, owner TEXT NOT NULL, expiresAtMs INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS events (
    run TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (run, seq)
  ) STRICT;
`;

/**
 * Opens or creates the file with mode 600 for use by several processes: write-ahead log, commits synced to disk, waiting up
 * to `busyTimeoutMs` for other writers.
 * @throws Error if another release wrote the file with a different schema version
 */
export function openSqliteFile(path: string, busyTimeoutMs: number): DatabaseSync {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite copies the mode of the main file to its log files, so set it before opening.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  }
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    enableWriteAheadLog(db, Date.now() + busyTimeoutMs);
    db.exec('PRAGMA synchronous = FULL');
    // Overwrites what is deleted. https://www.sqlite.org/pragma.html#pragma_secure_delete
    db.exec('PRAGMA secure_delete = ON');
    clearWriteAheadLog(db);
    runInTransaction(db, () => createTables(db, path));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Runs `work` in a write transaction, exclusive across processes. */
export function runInTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Switching the journal mode needs exclusive access and ignores the busy timeout if another process switches too. */
function enableWriteAheadLog(db: DatabaseSync, deadline: number): void {
  for (;;) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 20);
    }
  }
}

/** Busy or locked (5, 6), disk I/O error (10) or disk full (13). https://www.sqlite.org/rescode.html */
export function isTransientError(error: unknown): boolean {
  return [5, 6, 10, 13].includes(getErrorCode(error));
}

function isBusy(error: unknown): boolean {
  return getErrorCode(error) === 5;
}

/** Primary result code, without the extended bits. */
function getErrorCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

function createTables(db: DatabaseSync, path: string): void {
  const format = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (format !== 0 && format !== FORMAT) {
    throw new Error(
      `opening ${path}: schema version ${format} is not supported (expected ${FORMAT}); use the release that wrote it`,
    );
  }
  db.exec(SCHEMA);
  db.exec(`PRAGMA user_version = ${FORMAT}`);
}
