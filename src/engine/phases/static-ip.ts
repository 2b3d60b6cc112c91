import { createOutputValue } from '../cluster/output.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getOwnershipDescription, getOwnershipLabels, getResourceNames } from '../cluster/resource-names.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { resourceStep } from '../steps/resource-step.ts';
import { stepHandle } from '../workflow/step-handle.ts';
import { preflightSteps } from './preflight.ts';

export const apiAddress = stepHandle('static-ip/api');

/** Static IP address of the API. Tutorial, chapter 3. */
export const staticIp = definePhase({
  name: 'static-ip',
  title: 'Static IP address',
  chapter: 3,
  steps: (cluster) => {
    const desired = {
      name: getResourceNames(cluster).address,
      region: cluster.region,
      description: getOwnershipDescription(cluster),
      labels: getOwnershipLabels(cluster),
    };
    return [
      resourceStep({
        handle: apiAddress,
        title: `static IP address ${desired.name}`,
        dependsOn: Object.values(preflightSteps),
        collection: 'addresses',
        ref: desired,
        buildSpec: () => desired,
        comparedFields: [],
        isIncomplete: (actual) => Object.keys(actual.labels).length === 0,
        getOutputs: (actual) => [createOutputValue(publicAddressOutput, actual.address)],
      }),
    ];
  },
});
