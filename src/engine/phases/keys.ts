import { randomBytes } from 'node:crypto';
import { Secret } from '../../store/secret.ts';
import { certificateText } from '../by-hand/certificate-text.ts';
import { cfsslAuthority } from '../by-hand/cfssl.ts';
import { definePhase, present } from '../phase.ts';
import { createAuthority } from '../pki/authority.ts';
import { createSshKey } from '../pki/ssh-key.ts';
import { packCertificate, packSshKey, vaultPaths } from '../secrets.ts';
import { vaultStep } from '../vault-step.ts';

const commonName = 'Kubernetes';

/** What a cluster's trust begins with: its authority, its ssh key, its encryption key. Tutorial, chapters 4 and 6. */
export const keys = definePhase({
  name: 'keys',
  title: 'Authority and keys',
  chapter: 4,
  after: [],
  steps: (cluster) => [
    // Nothing to make: the vault comes with its first secret. Delete ends with forgetting all of it.
    {
      key: 'keys/vault',
      title: 'secrets of the cluster',
      observe: async () => present(),
      // Also a key that wraps nothing yet, and ciphertext whose key is gone.
      exists: async ({ vault }) => !(await vault.isEmpty()),
      remove: ({ vault }) => vault.shred(),
    },
    vaultStep({
      key: 'keys/ssh',
      after: ['keys/vault'],
      title: 'ssh key of the cluster’s own',
      path: vaultPaths.sshKey,
      make: async () => packSshKey(await createSshKey(`kthw-${cluster.name}`)),
      byHand: () => `ssh-keygen -t ed25519 -N '' -C kthw-${cluster.name} -f ${cluster.name}`,
    }),
    vaultStep({
      key: 'keys/authority',
      after: ['keys/vault'],
      title: 'certificate authority',
      path: vaultPaths.authority,
      make: async ({ clock }) => packCertificate(await createAuthority({ commonName, now: clock.now() })),
      byHand: () => cfsslAuthority({ commonName, organization: 'Kubernetes' }),
      shows: certificateText,
    }),
    vaultStep({
      key: 'keys/encryption',
      after: ['keys/vault'],
      title: 'encryption key',
      path: vaultPaths.encryptionKey,
      make: async () => new Secret(randomBytes(32)),
      byHand: () => 'ENCRYPTION_KEY=$(head -c 32 /dev/urandom | base64)',
    }),
  ],
});
