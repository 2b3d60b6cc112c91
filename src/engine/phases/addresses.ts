import { cloudStep } from '../cloud-step.ts';
import { publicAddress } from '../facts.ts';
import { labelsOf, names } from '../names.ts';
import { definePhase, known } from '../phase.ts';

/** The static address at which the API answers. Tutorial, chapter 3. */
export const addresses = definePhase({
  name: 'addresses',
  title: 'Static address',
  chapter: 3,
  after: ['preflight'],
  steps: (cluster) => {
    const wanted = { name: names(cluster).address, region: cluster.region, labels: labelsOf(cluster) };
    return [
      cloudStep({
        key: 'addresses/api',
        title: `static address ${wanted.name}`,
        of: (cloud) => cloud.addresses,
        at: wanted,
        spec: () => wanted,
        compare: ['labels'],
        facts: (found) => [known(publicAddress, found.address)],
      }),
    ];
  },
});
