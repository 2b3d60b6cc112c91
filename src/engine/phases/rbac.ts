import { kubeObjectStep } from '../kube-object-step.ts';
import { definePhase } from '../phase.ts';
import { accessObjects } from '../render/access-manifest.ts';

/** Lets the API server talk to kubelets, and people of kthw's group administer the cluster. Tutorial, chapter 8. */
export const rbac = definePhase({
  name: 'rbac',
  title: 'RBAC to kubelets and for people',
  chapter: 8,
  after: ['control-plane'],
  steps: ({ controllerMachines: [first] }) =>
    accessObjects().map((object) => kubeObjectStep('rbac', object, first ? [`control-plane/${first.name}`] : [])),
});
