import { KthwError } from '../cluster/errors.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import type { KubeApi } from '../kubernetes/kube-client.ts';
import { kubectlCommand } from '../manual/kubectl.ts';
import type { ClusterStep } from '../steps/cluster-step.ts';
import { connectToKubeApi } from '../steps/connect-to-kube-api.ts';
import { definePhase } from '../steps/define-phase.ts';
import type { Pod } from '../steps/filter-ready-pods.ts';
import { deleteObject, getObject } from '../steps/get-object.ts';
import type { StepContext } from '../steps/step-context.ts';
import { markPresent } from '../workflow/observation.ts';
import type { DestructionPreview } from '../workflow/step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { controlPlaneComponents } from './control-plane.ts';
import { kubeletService } from './kubelet.ts';

export const registeredNode = instanceStepHandle('node-registration');

/** Each worker as a node of the cluster. A worker leaves in good order: no new pods, its pods move, then it goes. */
export const nodeRegistration = definePhase({
  name: 'node-registration',
  title: 'Node registration',
  chapter: 9,
  steps: (cluster) =>
    cluster.workerInstances.map(({ name }) => ({
      handle: registeredNode.on({ name }),
      title: `node ${name}`,
      dependsOn: [
        kubeletService.on({ name }),
        ...controlPlaneComponents.onAll(cluster.controllerInstances.slice(0, 1)),
      ],
      observe: async (c) => ((await getNode(c, name)) ? markPresent(`node/${name}`) : { status: 'absent' }),
      removable: {
        remove: (c) => drainAndDeleteNode(c, name),
        previewDestruction: (c) => previewDrain(c, name),
        skipOnClusterDelete: true,
      },
      explained: {
        manualCommands: (_, direction) => [
          {
            script:
              direction === 'forward'
                ? `${kubectlCommand} get node ${name} -o name`
                : `${kubectlCommand} drain ${name} --ignore-daemonsets\n${kubectlCommand} delete node ${name}`,
          },
        ],
      },
    })) satisfies ClusterStep[],
});

interface Node {
  readonly metadata: { readonly name: string };
}
type ScheduledPod = Pod & {
  readonly metadata: {
    readonly namespace: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
};

async function previewDrain(c: StepContext, name: string): Promise<DestructionPreview> {
  // A terminating pod is gone before the approver decides.
  const pods = (await listPodsToEvict(c, name)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const podLines = pods.map((pod) => `pod ${pod.metadata.namespace}/${pod.metadata.name} moves off ${name}`);
  return { lines: (await getNode(c, name)) ? [`node ${name}`, ...podLines] : [], fingerprint: podLines.join() };
}

/** Longest that pods may take to move; then the node goes all the same. https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/ */
const drainTimeoutMs = 120_000;

async function drainAndDeleteNode(c: StepContext, name: string): Promise<void> {
  const api = await connectToFirstApi(c);
  await api.apply(
    `/api/v1/nodes/${name}`,
    { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { unschedulable: true } },
    c.signal,
  );
  const deadline = +c.clock.now() + drainTimeoutMs;
  for (let pods = await listPodsToEvict(c, name); pods.length > 0; pods = await listPodsToEvict(c, name)) {
    if (+c.clock.now() > deadline) {
      c.logProgress(
        `${pods.length} pods did not move off ${name} in ${drainTimeoutMs / 1000} s; it goes without waiting for them`,
      );
      break;
    }
    await Promise.all(pods.map((pod) => evictPod(c, api, pod)));
    await c.clock.sleep(1_000, c.signal);
  }
  await deleteObject(api, `/api/v1/nodes/${name}`, c.signal);
}

/** Asks for a pod to go; a disruption budget may say not yet, which is tried again. */
async function evictPod(c: StepContext, api: KubeApi, { metadata: { name, namespace } }: ScheduledPod): Promise<void> {
  const version = getMinorVersion(c.cluster.release) < 22 ? 'policy/v1beta1' : 'policy/v1';
  const body = { apiVersion: version, kind: 'Eviction', metadata: { name, namespace } };
  const response = await api.request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, c.signal, body);
  const isRetryable = response.status === 429 || response.status === 404;
  if (response.status >= 300 && !isRetryable) {
    throw new KthwError('api-refused', { doing: `moving pod ${namespace}/${name}`, status: response.status });
  }
}

/** Pods that have to move: those of a daemon set belong to the node. */
async function listPodsToEvict(c: StepContext, name: string): Promise<readonly ScheduledPod[]> {
  const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${name}`;
  const list = await getObject<{ items: readonly ScheduledPod[] }>(await connectToFirstApi(c), path, c.signal);
  return (list?.items ?? []).filter(
    (pod) => !pod.metadata.ownerReferences?.some((owner) => owner.kind === 'DaemonSet'),
  );
}

async function getNode(c: StepContext, name: string): Promise<Node | undefined> {
  return await getObject<Node>(await connectToFirstApi(c), `/api/v1/nodes/${name}`, c.signal);
}

async function connectToFirstApi(c: StepContext): Promise<KubeApi> {
  return await connectToKubeApi(c, c.cluster.controllerInstances[0]);
}
