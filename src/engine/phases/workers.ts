import { definePhase } from '../steps/cluster-step.ts';
import { instanceStep } from '../steps/instance-step.ts';
import { keySteps } from './keys.ts';
import { networkSteps } from './network.ts';

/** Instances that run pods. Tutorial, chapter 3. */
export const workers = definePhase({
  name: 'workers',
  title: 'Worker instances',
  chapter: 3,
  steps: (cluster) =>
    cluster.workerInstances.map((instance) => instanceStep(cluster, instance, [networkSteps.subnet, keySteps.ssh])),
});
