import { definePhase } from '../steps/cluster-step.ts';
import { instanceStep } from '../steps/instance-step.ts';
import { keySteps } from './keys.ts';
import { networkSteps } from './network.ts';

/** Instances of the control plane. Tutorial, chapter 3. */
export const controllers = definePhase({
  name: 'controllers',
  title: 'Controller instances',
  chapter: 3,
  steps: (cluster) =>
    cluster.controllerInstances.map((instance) => instanceStep(cluster, instance, [networkSteps.subnet, keySteps.ssh])),
});
