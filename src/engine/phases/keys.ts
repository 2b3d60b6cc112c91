import { randomBytes } from 'node:crypto';
import { Secret } from '../../store/vault/secret.ts';
import { packCertificate, packSshKey, vaultPaths } from '../cluster/vault-paths.ts';
import { cfsslAuthority } from '../manual/cfssl.ts';
import { certificateText } from '../manual/format-certificate.ts';
import { createAuthority } from '../pki/certificate-authority.ts';
import { createSshKey } from '../pki/ssh-key.ts';
import { vaultStep } from '../steps/secret-step.ts';
import { definePhase, present, type Step } from '../workflow/step.ts';

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
    authority('keys/authority', 'certificate authority', vaultPaths.authority, { commonName: 'Kubernetes' }),
    authority('keys/etcd-authority', 'certificate authority of etcd', vaultPaths.etcdAuthority, {
      commonName: 'etcd',
      of: 'etcd',
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

function authority(
  key: string,
  title: string,
  path: string,
  { commonName, of }: { readonly commonName: string; readonly of?: 'etcd' },
): Step {
  return vaultStep({
    key,
    after: ['keys/vault'],
    title,
    path,
    make: async ({ clock }) => packCertificate(await createAuthority({ commonName, now: clock.now() })),
    byHand: () => cfsslAuthority({ commonName, organization: 'Kubernetes' }, of),
    shows: certificateText,
  });
}
