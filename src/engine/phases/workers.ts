import { definePhase } from '../steps/define-phase.ts';
import { instanceStep } from '../steps/instance-step.ts';

/** The machines that run pods. Tutorial, chapter 3. */
export const workers = definePhase({
  name: 'workers',
  title: 'Workers',
  chapter: 3,
  dependsOn: ['network', 'keys'],
  steps: (cluster) => cluster.workerInstances.map((instance) => instanceStep('workers', cluster, instance)),
});
