import { buildRbacObjects } from '../render/rbac-objects.ts';
import { createGrantBinding, deleteGrantBindings, diffAccessBindings } from '../steps/access-bindings.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { connectToKubeApi } from '../steps/connect-to-kube-api.ts';
import { getKubeObjectHandle, kubeObjectStep } from '../steps/kube-object-step.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import { stepHandle } from '../workflow/step-handle.ts';
import { controlPlaneComponents } from './control-plane.ts';

const userBindings = stepHandle('rbac/users');
export const rbacSteps = [...buildRbacObjects().map((object) => getKubeObjectHandle('rbac', object)), userBindings];

/** Allows the API server to access kubelets, and binds kubeconfig users to their roles. Tutorial, chapter 8. */
export const rbac = definePhase({
  name: 'rbac',
  title: 'RBAC: kubelet access and users',
  chapter: 8,
  steps: ({ controllerInstances }) => {
    const dependsOn = controlPlaneComponents.onAll(controllerInstances.slice(0, 1));
    return [
      ...buildRbacObjects().map((object) => kubeObjectStep('rbac', object, dependsOn)),
      {
        handle: userBindings,
        title: 'bindings of user kubeconfigs',
        dependsOn,
        async observe(c) {
          const { missing, stale } = await inspectGrantBindings(c);
          return missing.length + stale.length === 0 ? markPresent() : { status: 'absent' };
        },
        // A recreated etcd has lost the bindings.
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
  const api = await connectToKubeApi(c);
  return { api, ...(await diffAccessBindings(api, () => c.listActiveGrants(), c.signal)) };
}
