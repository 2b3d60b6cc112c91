import type { DatabaseSync } from 'node:sqlite';

/**
 * Moves the write-ahead log into the main file and empties it, because it keeps earlier versions of pages. While another
 * process reads, nothing happens: the next call clears it. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
 */
export function clearWriteAheadLog(db: DatabaseSync): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}
