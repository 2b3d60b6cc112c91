import { getObjectPath, type KubeObject } from '../kubernetes/object-path.ts';
import { renderKubectlApply } from '../manual/kubectl.ts';
import { markPresent } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import type { ClusterStep } from './cluster-step.ts';
import { connectToKubeApi } from './connect-to-kube-api.ts';
import { getObject } from './get-object.ts';

/** One object in the cluster's API, which is reached at the first control plane node. */
export function kubeObjectStep(phase: string, object: KubeObject, dependsOn: readonly StepHandle[]): ClusterStep {
  const path = getObjectPath(object);
  const { kind, metadata } = object;
  return {
    handle: getKubeObjectHandle(phase, object),
    title: `${kind} ${metadata.name}`,
    dependsOn,
    async observe(c) {
      const api = await connectToKubeApi(c);
      return (await getObject(api, path, c.signal))
        ? markPresent(`${kind} ${metadata.name} exists`)
        : { status: 'absent' };
    },
    explained: {
      manualCommands: (_, direction) => (direction === 'forward' ? [renderKubectlApply(object)] : []),
    },
    async apply(c) {
      const api = await connectToKubeApi(c);
      await api.apply(path, object, c.signal);
    },
  };
}

/** Handle of the step of an object. */
export function getKubeObjectHandle(phase: string, { kind, metadata }: KubeObject): StepHandle {
  return stepHandle(`${phase}/${kind}/${metadata.name}`);
}
