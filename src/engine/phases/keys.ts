import { randomBytes } from 'node:crypto';
import { Secret } from '../../store/vault/secret.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import { renderCfsslCa } from '../manual/cfssl.ts';
import { formatCertificate } from '../manual/format-certificate.ts';
import { createCertificateAuthority } from '../pki/certificate-authority.ts';
import { packCertificate } from '../pki/pack-certificate.ts';
import { createSshKey, packSshKey } from '../pki/ssh-key.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { clusterVault, secretStep } from '../steps/secret-step.ts';
import { markPresent } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import { preflightSteps } from './preflight.ts';

export const keySteps = {
  ssh: stepHandle('keys/ssh'),
  ca: stepHandle('keys/ca'),
  etcdCa: stepHandle('keys/etcd-ca'),
  encryption: stepHandle('keys/encryption'),
} as const;

/** The cluster's certificate authorities, SSH key and encryption key. Tutorial, chapters 4 and 6. */
export const keys = definePhase({
  name: 'keys',
  title: 'Certificate authority and keys',
  chapter: 4,
  steps: (cluster) => [
    // The first secret creates the vault.
    {
      handle: clusterVault,
      // A create that fails its preflight checks leaves nothing, not even keys.
      dependsOn: Object.values(preflightSteps),
      title: 'vault of the cluster',
      observe: async () => markPresent(),
      removable: {
        // Also a data key without secrets, and secrets without their data key.
        exists: async ({ vault }) => !(await vault.isEmpty()),
        remove: ({ vault }) => vault.deleteAll(),
      },
    },
    secretStep({
      handle: keySteps.ssh,
      dependsOn: [clusterVault],
      title: 'SSH key of the cluster',
      path: vaultPaths.sshKey,
      generate: async () => packSshKey(await createSshKey(`kthw-${cluster.name}`)),
      manualScript: () => `ssh-keygen -t ed25519 -N '' -C kthw-${cluster.name} -f ${cluster.name}`,
    }),
    createCaStep(keySteps.ca, 'certificate authority', vaultPaths.ca, { commonName: 'Kubernetes' }),
    createCaStep(keySteps.etcdCa, 'etcd certificate authority', vaultPaths.etcdCa, {
      commonName: 'etcd',
      caName: 'etcd',
    }),
    secretStep({
      handle: keySteps.encryption,
      dependsOn: [clusterVault],
      title: 'encryption key',
      path: vaultPaths.encryptionKey,
      generate: async () => new Secret(randomBytes(32)),
      manualScript: () => 'ENCRYPTION_KEY=$(head -c 32 /dev/urandom | base64)',
    }),
  ],
});

function createCaStep(
  handle: StepHandle,
  title: string,
  path: string,
  { commonName, caName }: { readonly commonName: string; readonly caName?: 'etcd' },
): ClusterStep {
  return secretStep({
    handle,
    dependsOn: [clusterVault],
    title,
    path,
    generate: async ({ clock }) => packCertificate(await createCertificateAuthority({ commonName, now: clock.now() })),
    manualScript: () => renderCfsslCa({ commonName, organization: 'Kubernetes' }, caName),
    getPublicPart: formatCertificate,
  });
}
