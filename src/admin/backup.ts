import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { readStorageConfig } from '../config.ts';
import { openStore } from '../open-store.ts';
import { formatBackupSummary } from '../store/backup/backup-summary.ts';
import { createBackup } from '../store/backup/create-backup.ts';
import { runAdminCommand } from './run-admin-command.ts';

/** `npm run backup -- FILE`: writes the store to a new file, which appears only when complete. */
await runAdminCommand('creating a backup', async ([path]) => {
  if (path === undefined) throw new Error('usage: npm run backup -- FILE');
  const store = openStore(readStorageConfig(process.env));
  const draft = `${path}.part`;
  const file = createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true });
  try {
    const contents = await createBackup(
      store,
      async (line) => {
        if (!file.write(`${line}\n`)) await once(file, 'drain');
      },
      new Date(),
    );
    file.end();
    await finished(file);
    await rename(draft, path);
    console.log(`${path}: ${formatBackupSummary(contents)}`);
    console.log('its secrets are encrypted: keep the key file or the Cloud KMS key to restore them');
  } catch (error) {
    file.destroy();
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(draft, { force: true });
    throw error;
  } finally {
    await store.close();
  }
});
