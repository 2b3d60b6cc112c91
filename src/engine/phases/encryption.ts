import { secretAt, vaultPaths } from '../cluster/vault-paths.ts';
import { encryptionConfig } from '../render/encryption-config.ts';
import { paths } from '../render/paths.ts';
import { machineStep } from '../steps/host-step.ts';
import { definePhase } from '../workflow/step.ts';

/** What makes the API server encrypt secrets before etcd sees them. Tutorial, chapter 6. */
export const encryption = definePhase({
  name: 'encryption',
  title: 'Encryption configuration',
  chapter: 6,
  after: ['keys', 'host-keys'],
  steps: (cluster) =>
    cluster.controllerMachines.map((machine) =>
      machineStep({
        key: `encryption/${machine.name}`,
        title: `encryption configuration on ${machine.name}`,
        machine,
        after: ['keys/encryption', `host-keys/${machine.name}`],
        files: async (c) => [
          {
            path: `${paths.kubernetes}/encryption-config.yaml`,
            content: encryptionConfig(await secretAt(c.vault, vaultPaths.encryptionKey)),
            mode: 0o600,
          },
        ],
      }),
    ),
});
