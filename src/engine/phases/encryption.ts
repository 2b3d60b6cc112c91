import { getSecret, vaultPaths } from '../cluster/vault-paths.ts';
import { renderEncryptionConfig } from '../render/encryption-config.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { keySteps } from './keys.ts';
import { verifiedHostKey } from './ssh-host-keys.ts';

export const encryptionConfig = instanceStepHandle('encryption');

/** Makes the API server encrypt secrets in etcd. Tutorial, chapter 6. */
export const encryption = definePhase({
  name: 'encryption',
  title: 'Encryption configuration',
  chapter: 6,
  steps: createHostSteps('controllerInstances', (instance) => ({
    handle: encryptionConfig.on(instance),
    title: `encryption configuration on ${instance.name}`,
    dependsOn: [keySteps.encryption, verifiedHostKey.on(instance)],
    files: async (c) => [
      {
        path: `${paths.kubernetes}/encryption-config.yaml`,
        content: renderEncryptionConfig(await getSecret(c.vault, vaultPaths.encryptionKey)),
        mode: 0o600,
      },
    ],
  })),
});
