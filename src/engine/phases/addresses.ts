import { cloudStep } from '../cloud-step.ts';
import { publicAddress } from '../facts.ts';
import { labelsOf, markOf, names } from '../names.ts';
import { definePhase, known } from '../phase.ts';

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
