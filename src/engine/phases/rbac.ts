import { buildRbacObjects } from '../render/rbac-objects.ts';
import { createGrantBinding, deleteGrantBindings, diffAccessBindings } from '../steps/access-bindings.ts';
import { definePhase } from '../steps/define-phase.ts';
import { connectToKubeApi } from '../steps/kube-admin-client.ts';
import { kubeObjectStep } from '../steps/kube-object-step.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';

/** Lets the API server talk to kubelets, and people with a kubeconfig administer the cluster. Tutorial, chapter 8. */
export const rbac = definePhase({
  name: 'rbac',
  title: 'RBAC to kubelets and for people',
  chapter: 8,
  dependsOn: ['control-plane'],
  steps: ({ controllerInstances: [first] }) => {
    const dependsOn = first ? [`control-plane/${first.name}`] : [];
    return [
      ...buildRbacObjects().map((object) => kubeObjectStep('rbac', object, dependsOn)),
      {
        key: 'rbac/people',
        title: 'access of people with a kubeconfig',
        dependsOn,
        async observe(c) {
          const { missing, stale } = await inspectGrantBindings(c);
          return missing.length + stale.length === 0 ? markPresent() : { status: 'absent' };
        },
        /** An etcd that was made anew has forgotten them. */
        async apply(c) {
          const { api, missing, stale } = await inspectGrantBindings(c);
          await Promise.all(missing.map((grant) => createGrantBinding(api, grant, c.signal)));
          await deleteGrantBindings(api, stale, c.signal);
        },
      },
    ];
  },
});

async function inspectGrantBindings(c: StepContext) {
  const api = await connectToKubeApi(c, c.cluster.controllerInstances[0]);
  return { api, ...(await diffAccessBindings(api, () => c.listActiveGrantIds(), c.signal)) };
}
