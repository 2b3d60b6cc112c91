import type { StorageConfig } from './config.ts';
import { signIn } from './engine/gcp/compute/sign-in.ts';
import { openFileKeyring } from './store/vault/file-keyring.ts';
import { openKmsKeyring } from './store/vault/kms-keyring.ts';
import { openSecretManagerClusterKeys } from './store/vault/secret-manager-cluster-keys.ts';
import type { Keyring } from './store/vault/vault.ts';

/**
 * Opens the keyring of the configuration: Cloud KMS with Secret Manager of the key's project if a key is configured,
 * otherwise key files.
 */
export function openKeyring(config: StorageConfig): Keyring {
  const { KTHW_KMS_KEY: key, KTHW_KMS_URL: kmsUrl, KTHW_SECRETS_URL: secretsUrl } = config;
  if (key === undefined) return openFileKeyring(config.KTHW_KEY_FILE);
  const [, project = ''] = key.split('/');
  const signInTo = (emulatorUrl: string | undefined, scope: string) =>
    signIn(emulatorUrl === undefined ? undefined : 'local', `https://www.googleapis.com/auth/${scope}`);
  return {
    ...openKmsKeyring({ key, auth: () => signInTo(kmsUrl, 'cloudkms'), ...(kmsUrl ? { endpoint: kmsUrl } : {}) }),
    clusterKeys: openSecretManagerClusterKeys({
      project,
      getRequestHeaders: async () => (await signInTo(secretsUrl, 'cloud-platform')).getRequestHeaders(),
      endpoint: secretsUrl,
    }),
  };
}
