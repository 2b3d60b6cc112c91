import { createOutputValue } from '../cluster/output.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getOwnershipDescription, getOwnershipLabels, getResourceNames } from '../cluster/resource-names.ts';
import { definePhase } from '../steps/define-phase.ts';
import { resourceStep } from '../steps/resource-step.ts';

/** The static address at which the API answers. Tutorial, chapter 3. */
export const staticIp = definePhase({
  name: 'addresses',
  title: 'Static address',
  chapter: 3,
  dependsOn: ['preflight'],
  steps: (cluster) => {
    const desired = {
      name: getResourceNames(cluster).address,
      region: cluster.region,
      description: getOwnershipDescription(cluster),
      labels: getOwnershipLabels(cluster),
    };
    return [
      resourceStep({
        key: 'addresses/api',
        title: `static address ${desired.name}`,
        collection: 'addresses',
        ref: desired,
        buildSpec: () => desired,
        comparedFields: ['description'],
        isIncomplete: (actual) => Object.keys(actual.labels).length === 0,
        getOutputs: (actual) => [createOutputValue(publicAddressOutput, actual.address)],
      }),
    ];
  },
});
