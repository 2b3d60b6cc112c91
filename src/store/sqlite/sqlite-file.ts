import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Of the tables below. A file with another number is not touched. */
const FORMAT = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, version TEXT NOT NULL, open INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS open_records ON records (kind, id) WHERE open = 1;
  CREATE TABLE IF NOT EXISTS heads (
    run TEXT PRIMARY KEY, seq INTEGER NOT NULL, token INTEGER NOT NULL, owner TEXT NOT NULL, expiresAtMs INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS events (
    run TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (run, seq)
  ) STRICT;
`;

/**
 * Opens or creates the file, readable by its owner only, so that several processes can share it: write-ahead log, every
 * commit on disk before it is answered, up to `busyMs` of waiting for another process.
 * @throws Error when a newer release wrote the file.
 */
export function openSqliteFile(path: string, busyTimeoutMs: number): DatabaseSync {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite gives its log files the mode of the main file, so that one has to be right before it is opened.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  }
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    enableWriteAheadLog(db, Date.now() + busyTimeoutMs);
    db.exec('PRAGMA synchronous = FULL');
    runInTransaction(db, () => createTables(db, path));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Runs `work` alone: no other writer, in this process or another, until it is done. All or nothing. */
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

/** The switch to the log needs the file alone and does not wait by itself when another process is switching too. */
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

/** Another process is writing (5, 6), the disk fails (10) or is full (13). By https://www.sqlite.org/rescode.html */
export function isTransientError(error: unknown): boolean {
  return [5, 6, 10, 13].includes(getErrorCode(error));
}

function isBusy(error: unknown): boolean {
  return getErrorCode(error) === 5;
}

/** Without what extends it. */
function getErrorCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

function createTables(db: DatabaseSync, path: string): void {
  const format = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (format !== 0 && format !== FORMAT) {
    throw new Error(
      `opening ${path}: it has format ${format}, this release knows ${FORMAT}; run the release that wrote it`,
    );
  }
  db.exec(SCHEMA);
  db.exec(`PRAGMA user_version = ${FORMAT}`);
}
