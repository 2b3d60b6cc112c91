import { getObject, kubeOf } from '../kube-access.ts';
import { definePhase, present } from '../phase.ts';
import { rbacObjects } from '../render/rbac.ts';

/** Lets the API server talk to kubelets, and people of kthw's group administer the cluster. Tutorial, chapter 8. */
export const rbac = definePhase({
  name: 'rbac',
  title: 'RBAC to kubelets and for people',
  chapter: 8,
  after: ['control-plane'],
  steps: (cluster) => {
    const [first] = cluster.controllerMachines;
    return rbacObjects(cluster).map(({ path, object }) => ({
      key: `rbac/${path.split('/').at(-1)}`,
      title: `${object.kind} ${object.metadata.name}`,
      after: [`control-plane/${first?.name}`],
      async observe(c) {
        const api = await kubeOf(c, first);
        return (await getObject(api, path, c.signal)) ? present() : { is: 'absent' };
      },
      async apply(c) {
        await (await kubeOf(c, first)).apply(path, object, c.signal);
      },
    }));
  },
});
