import { accessObjects } from '../render/rbac-manifest.ts';
import { bind, lookAtAccess, withdraw } from '../steps/access-bindings.ts';
import { kubeOf } from '../steps/kube-admin-client.ts';
import { kubeObjectStep } from '../steps/kube-object-step.ts';
import { type Context, definePhase, present } from '../workflow/step.ts';

/** Lets the API server talk to kubelets, and people with a kubeconfig administer the cluster. Tutorial, chapter 8. */
export const rbac = definePhase({
  name: 'rbac',
  title: 'RBAC to kubelets and for people',
  chapter: 8,
  after: ['control-plane'],
  steps: ({ controllerMachines: [first] }) => {
    const after = first ? [`control-plane/${first.name}`] : [];
    return [
      ...accessObjects().map((object) => kubeObjectStep('rbac', object, after)),
      {
        key: 'rbac/people',
        title: 'access of people with a kubeconfig',
        after,
        async observe(c) {
          const { unbound, left } = await look(c);
          return unbound.length + left.length === 0 ? present() : { is: 'absent' };
        },
        /** An etcd that was made anew has forgotten them. */
        async apply(c) {
          const { api, unbound, left } = await look(c);
          await Promise.all(unbound.map((grant) => bind(api, grant, c.signal)));
          await withdraw(api, left, c.signal);
        },
      },
    ];
  },
});

async function look(c: Context) {
  const api = await kubeOf(c, c.cluster.controllerMachines[0]);
  return { api, ...(await lookAtAccess(api, () => c.grants(), c.signal)) };
}
