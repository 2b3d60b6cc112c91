import { randomBytes } from 'node:crypto';
import { Secret } from '../../store/vault/secret.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import { renderCfsslCa } from '../manual/cfssl.ts';
import { formatCertificate } from '../manual/format-certificate.ts';
import { createCertificateAuthority } from '../pki/certificate-authority.ts';
import { packCertificate } from '../pki/certificate-secret.ts';
import { createSshKey } from '../pki/ssh-key.ts';
import { packSshKey } from '../pki/ssh-key-secret.ts';
import type { ClusterStep } from '../steps/cluster-step.ts';
import { definePhase } from '../steps/define-phase.ts';
import { secretStep } from '../steps/secret-step.ts';
import { markPresent } from '../workflow/observation.ts';

/** What a cluster's trust begins with: its authority, its ssh key, its encryption key. Tutorial, chapters 4 and 6. */
export const keys = definePhase({
  name: 'keys',
  title: 'Authority and keys',
  chapter: 4,
  dependsOn: [],
  steps: (cluster) => [
    // Nothing to make: the vault comes with its first secret. Delete ends with forgetting all of it.
    {
      key: 'keys/vault',
      title: 'secrets of the cluster',
      observe: async () => markPresent(),
      // Also a key that wraps nothing yet, and ciphertext whose key is gone.
      exists: async ({ vault }) => !(await vault.isEmpty()),
      remove: ({ vault }) => vault.deleteAll(),
    },
    secretStep({
      key: 'keys/ssh',
      dependsOn: ['keys/vault'],
      title: 'ssh key of the cluster’s own',
      path: vaultPaths.sshKey,
      generate: async () => packSshKey(await createSshKey(`kthw-${cluster.name}`)),
      manualScript: () => `ssh-keygen -t ed25519 -N '' -C kthw-${cluster.name} -f ${cluster.name}`,
    }),
    createCaStep('keys/authority', 'certificate authority', vaultPaths.ca, { commonName: 'Kubernetes' }),
    createCaStep('keys/etcd-authority', 'certificate authority of etcd', vaultPaths.etcdCa, {
      commonName: 'etcd',
      caName: 'etcd',
    }),
    secretStep({
      key: 'keys/encryption',
      dependsOn: ['keys/vault'],
      title: 'encryption key',
      path: vaultPaths.encryptionKey,
      generate: async () => new Secret(randomBytes(32)),
      manualScript: () => 'ENCRYPTION_KEY=$(head -c 32 /dev/urandom | base64)',
    }),
  ],
});

function createCaStep(
  key: string,
  title: string,
  path: string,
  { commonName, caName }: { readonly commonName: string; readonly caName?: 'etcd' },
): ClusterStep {
  return secretStep({
    key,
    dependsOn: ['keys/vault'],
    title,
    path,
    generate: async ({ clock }) => packCertificate(await createCertificateAuthority({ commonName, now: clock.now() })),
    manualScript: () => renderCfsslCa({ commonName, organization: 'Kubernetes' }, caName),
    getPublicPart: formatCertificate,
  });
}
