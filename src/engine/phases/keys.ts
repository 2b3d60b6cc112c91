import { randomBytes } from 'node:crypto';
import { Secret } from '../../store/secret.ts';
import { definePhase } from '../phase.ts';
import { createAuthority } from '../pki/authority.ts';
import { createSshKey } from '../pki/ssh-key.ts';
import { packCertificate, packSshKey, vaultPaths } from '../secrets.ts';
import { vaultStep } from '../vault-step.ts';

/** What a cluster's trust begins with: its authority, its ssh key, its encryption key. Tutorial, chapters 4 and 6. */
export const keys = definePhase({
  name: 'keys',
  title: 'Authority and keys',
  chapter: 4,
  after: [],
  steps: (cluster) => [
    vaultStep({
      key: 'keys/ssh',
      title: 'ssh key of the cluster’s own',
      path: vaultPaths.sshKey,
      make: async () => packSshKey(await createSshKey(`kthw-${cluster.name}`)),
    }),
    vaultStep({
      key: 'keys/authority',
      title: 'certificate authority',
      path: vaultPaths.authority,
      make: async ({ clock }) => packCertificate(await createAuthority({ commonName: 'Kubernetes', now: clock.now() })),
    }),
    vaultStep({
      key: 'keys/encryption',
      title: 'encryption key',
      path: vaultPaths.encryptionKey,
      make: async () => new Secret(randomBytes(32)),
    }),
  ],
});
