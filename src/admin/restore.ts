import { open } from 'node:fs/promises';
import { readStorageConfig } from '../config.ts';
import { openStore } from '../open-store.ts';
import { formatBackupSummary } from '../store/backup/backup-summary.ts';
import { restoreBackup } from '../store/backup/restore-backup.ts';
import { runAdminCommand } from './run-admin-command.ts';

/** `npm run restore -- FILE`: restores a backup into an empty store and verifies it. Stop kthw first. */
await runAdminCommand('restoring a backup', async ([path]) => {
  if (path === undefined) throw new Error('usage: npm run restore -- FILE');
  let now = new Date();
  const store = openStore(readStorageConfig(process.env), () => now);
  async function* lines(): AsyncGenerator<string> {
    const file = await open(path as string);
    yield* file.readLines();
  }
  try {
    const contents = await restoreBackup(store, lines, (at) => {
      now = at;
    });
    console.log(`restored and verified: ${formatBackupSummary(contents)}`);
  } finally {
    await store.close();
  }
});
