import type { StorageConfig } from './config.ts';
import { signIn } from './engine/gcp/compute/sign-in.ts';
import { openFileKeyring } from './store/vault/file-keyring.ts';
import { openKmsKeyring } from './store/vault/kms-keyring.ts';
import type { Keyring } from './store/vault/vault.ts';

/** Opens the keyring of the configuration: Cloud KMS if a key is configured, otherwise a key file. */
export function openKeyring(config: StorageConfig): Keyring {
  const { KTHW_KMS_KEY: key, KTHW_KMS_URL: endpoint } = config;
  if (key === undefined) return openFileKeyring(config.KTHW_KEY_FILE);
  const auth = () => signIn(endpoint === undefined ? undefined : 'local', 'https://www.googleapis.com/auth/cloudkms');
  return openKmsKeyring({ key, auth, ...(endpoint ? { endpoint } : {}) });
}
