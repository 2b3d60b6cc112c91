import { definePhase } from '../steps/define-phase.ts';
import { instanceStep } from '../steps/instance-step.ts';

/** The machines of the control plane. Tutorial, chapter 3. */
export const controllers = definePhase({
  name: 'controllers',
  title: 'Controllers',
  chapter: 3,
  dependsOn: ['network', 'keys'],
  steps: (cluster) => cluster.controllerInstances.map((instance) => instanceStep('controllers', cluster, instance)),
});
