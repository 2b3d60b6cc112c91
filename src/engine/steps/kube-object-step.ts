import { getObjectPath, type KubeObject } from '../kubernetes/object-path.ts';
import { renderKubectlApply } from '../manual/kubectl.ts';
import { markPresent } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import type { ClusterStep } from './cluster-step.ts';
import { connectToKubeApi } from './connect-to-kube-api.ts';
import { getObject } from './get-object.ts';

/** A step that is one object in the cluster's API, reached at the first controller. */
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
        ? markPresent(`${kind} ${metadata.name} is there`)
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

/** The step of one object, for steps that depend on it. */
export function getKubeObjectHandle(phase: string, { kind, metadata }: KubeObject): StepHandle {
  return stepHandle(`${phase}/${kind}/${metadata.name}`);
}
