import { createOutputValue } from '../cluster/output.ts';
import { getExternalAddressOutput } from '../cluster/outputs.ts';
import { formatCommand } from '../manual/format-command.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { findCurrentAddress } from '../steps/find-current-address.ts';
import { markPresent } from '../workflow/observation.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';

const verifiedInstance = instanceStepHandle('verify-instances');

/**
 * Verifies that all instances exist and run, and records their current external addresses. Runs before operations that
 * create no instances, so that they fail at once instead of waiting for a node that cannot appear.
 */
export const verifyInstances = definePhase({
  name: 'verify-instances',
  title: 'Verify instances',
  chapter: 3,
  steps: (cluster) =>
    cluster.instances.map((instance) => ({
      handle: verifiedInstance.on(instance),
      title: `instance ${instance.name} runs`,
      isObservedOnResume: true,
      async observe(c) {
        const address = await findCurrentAddress(c, instance);
        return markPresent(
          `externalAddress: ${address}`,
          createOutputValue(getExternalAddressOutput(instance), address),
        );
      },
      explained: {
        manualCommands: () => [
          formatCommand(['gcloud', 'compute', 'instances', 'describe', instance.name], { zone: cluster.zone }),
        ],
      },
    })),
});
