import { readStorageConfig } from '../config.ts';
import { openKeyring } from '../open-keyring.ts';
import { openStore } from '../open-store.ts';
import { openFileKeyring } from '../store/vault/file-keyring.ts';
import { rewrapDataKeys } from '../store/vault/rewrap-data-keys.ts';
import { runAdminCommand } from './run-admin-command.ts';

/**
 * `npm run rewrap [-- --from-key-file FILE]`: every data key under the version by which the keyring wraps now. Names the
 * file that wrapped them before when they are to move away from it.
 */
await runAdminCommand('re-wrapping data keys', async (args) => {
  const [option, from] = args;
  if (args.length > 0 && (option !== '--from-key-file' || from === undefined))
    throw new Error('write npm run rewrap, or npm run rewrap -- --from-key-file FILE');
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
      `under ${keyVersion}: ${rewrapped} brought over, ${alreadyCurrent} were already, ${replaced} changed meanwhile`,
    );
    for (const { cluster, error } of failed) console.error(`not ${cluster}: ${error.message}`);
    if (failed.length > 0) throw new Error(`${failed.length} data keys are not brought over; run it again then`);
  } finally {
    await store.close();
  }
});
