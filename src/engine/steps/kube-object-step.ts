import { type KubeObject, objectPath } from '../kubernetes/object-path.ts';
import { applying } from '../manual/kubectl.ts';
import { type Step, saw } from '../workflow/step.ts';
import { getObject, kubeOf } from './kube-admin-client.ts';

/** A step that is one object in the cluster's API, reached at the first controller. */
export function kubeObjectStep(phase: string, object: KubeObject, after: readonly string[]): Step {
  const path = objectPath(object);
  const { kind, metadata } = object;
  return {
    key: `${phase}/${kind}/${metadata.name}`,
    title: `${kind} ${metadata.name}`,
    after,
    async observe(c) {
      const api = await kubeOf(c, c.cluster.controllerMachines[0]);
      return (await getObject(api, path, c.signal)) ? saw(`${kind} ${metadata.name} is there`) : { is: 'absent' };
    },
    byHand: (_, walks) => (walks === 'forward' ? [{ script: applying(object) }] : []),
    async apply(c) {
      const api = await kubeOf(c, c.cluster.controllerMachines[0]);
      await api.apply(path, object, c.signal);
    },
  };
}
