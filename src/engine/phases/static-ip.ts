import { publicAddress } from '../cluster/outputs.ts';
import { labelsOf, markOf, names } from '../cluster/resource-names.ts';
import { cloudStep } from '../steps/resource-step.ts';
import { definePhase, known } from '../workflow/step.ts';

/** The static address at which the API answers. Tutorial, chapter 3. */
export const addresses = definePhase({
  name: 'addresses',
  title: 'Static address',
  chapter: 3,
  after: ['preflight'],
  steps: (cluster) => {
    const wanted = {
      name: names(cluster).address,
      region: cluster.region,
      description: markOf(cluster),
      labels: labelsOf(cluster),
    };
    return [
      cloudStep({
        key: 'addresses/api',
        title: `static address ${wanted.name}`,
        of: 'addresses',
        at: wanted,
        spec: () => wanted,
        compare: ['description'],
        unfinished: (found) => Object.keys(found.labels).length === 0,
        facts: (found) => [known(publicAddress, found.address)],
      }),
    ];
  },
});
