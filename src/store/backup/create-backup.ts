import type { Store } from '../store.ts';
import { generateBackupLines } from './backup-lines.ts';
import { type BackupSummary, BackupTally } from './backup-summary.ts';

/** Version of the backup format. */
export const backupFormatVersion = 1;

/**
 * Backs up the store, without leases, as lines of JSON. Any store implementation can restore them. Secrets stay encrypted
 * with keys that only the keyring can unwrap.
 * @param write receives each line without line break
 */
export async function createBackup(
  store: Store,
  write: (line: string) => Promise<void> | void,
  at: Date,
): Promise<BackupSummary> {
  const tally = new BackupTally();
  await write(JSON.stringify({ kthwBackup: backupFormatVersion, at: at.toISOString() }));
  for await (const line of generateBackupLines(store)) {
    tally.add(line);
    await write(JSON.stringify(line));
  }
  const contents = tally.finish();
  await write(JSON.stringify({ contents }));
  return contents;
}
