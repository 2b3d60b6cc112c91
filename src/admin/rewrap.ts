import { readStorageConfig } from '../config.ts';
import { openKeyring } from '../open-keyring.ts';
import { openStore } from '../open-store.ts';
import { openFileKeyring } from '../store/vault/file-keyring.ts';
import { rewrapDataKeys } from '../store/vault/rewrap-data-keys.ts';
import { runAdminCommand } from './run-admin-command.ts';

/**
 * `npm run rewrap [-- --from-key-file FILE]`: rewraps all data keys with the current key version. `--from-key-file` names
 * the previous key file, to move keys from a file to Cloud KMS.
 */
await runAdminCommand('rewrapping data keys', async (args) => {
  const [option, from] = args;
  if (args.length > 0 && (option !== '--from-key-file' || from === undefined))
    throw new Error('usage: npm run rewrap [-- --from-key-file FILE]');
  const config = readStorageConfig(process.env);
  const store = openStore(config);
  try {
    const previous = from === undefined ? {} : { previous: openFileKeyring(from) };
    const { keyVersion, rewrapped, alreadyCurrent, replaced, failed } = await rewrapDataKeys(
      store,
      openKeyring(config),
      previous,
    );
    console.log(
      `key version ${keyVersion}: ${rewrapped} rewrapped, ${alreadyCurrent} already current, ${replaced} changed concurrently`,
    );
    for (const { cluster, error } of failed) console.error(`${cluster}: ${error.message}`);
    if (failed.length > 0) throw new Error(`failed to rewrap ${failed.length} data keys; fix the cause and rerun`);
  } finally {
    await store.close();
  }
});
