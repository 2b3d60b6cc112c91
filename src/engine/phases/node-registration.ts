import { minorOf } from '../cluster/releases.ts';
import type { KubeApi } from '../kubernetes/kube-client.ts';
import { kubectl } from '../manual/kubectl.ts';
import { deleteObject, getObject, kubeOf } from '../steps/kube-admin-client.ts';
import type { Pod } from '../steps/smoke-objects.ts';
import { KthwError } from '../workflow/errors.ts';
import { type Context, definePhase, type Step, saw } from '../workflow/step.ts';

/** Each worker as a node of the cluster. A worker leaves in good order: no new pods, its pods move, then it goes. */
export const membership = definePhase({
  name: 'membership',
  title: 'Nodes',
  chapter: 9,
  after: ['kubelet', 'rbac'],
  steps: (cluster) =>
    cluster.workerMachines.map(({ name }) => ({
      key: `membership/${name}`,
      title: `node ${name}`,
      after: [`kubelet/${name}`, ...cluster.controllerMachines.slice(0, 1).map((m) => `control-plane/${m.name}`)],
      leaves: true,
      observe: async (c) => ((await nodeOf(c, name)) ? saw(`node/${name}`) : { is: 'absent' }),
      byHand: (_, walks) =>
        walks === 'forward'
          ? [{ script: `${kubectl} get node ${name} -o name` }]
          : [{ script: `${kubectl} drain ${name} --ignore-daemonsets\n${kubectl} delete node ${name}` }],
      async stake(c) {
        // What is on its way out already moves nowhere, and is gone by the time somebody answers.
        const pods = (await podsOn(c, name)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        const moved = pods.map((pod) => `pod ${pod.metadata.namespace}/${pod.metadata.name} moves off ${name}`);
        return { lines: (await nodeOf(c, name)) ? [`node ${name}`, ...moved] : [], state: moved.join() };
      },
      remove: (c) => leave(c, name),
    })) satisfies Step[],
});

interface Node {
  readonly metadata: { readonly name: string };
}
type PlacedPod = Pod & {
  readonly metadata: {
    readonly namespace: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
};

/** Longest that pods may take to move; then the node goes all the same. https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/ */
const drainMs = 120_000;

async function leave(c: Context, name: string): Promise<void> {
  const api = await firstApi(c);
  await api.apply(
    `/api/v1/nodes/${name}`,
    { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { unschedulable: true } },
    c.signal,
  );
  const deadline = +c.clock.now() + drainMs;
  for (let pods = await podsOn(c, name); pods.length > 0; pods = await podsOn(c, name)) {
    if (+c.clock.now() > deadline) {
      c.say(`${pods.length} pods did not move off ${name} in ${drainMs / 1000} s; it goes without waiting for them`);
      break;
    }
    await Promise.all(pods.map((pod) => evict(c, api, pod)));
    await c.clock.sleep(1_000, c.signal);
  }
  await deleteObject(api, `/api/v1/nodes/${name}`, c.signal);
}

/** Asks for a pod to go; a disruption budget may say not yet, which is tried again. */
async function evict(c: Context, api: KubeApi, { metadata: { name, namespace } }: PlacedPod): Promise<void> {
  const version = minorOf(c.cluster.release) < 22 ? 'policy/v1beta1' : 'policy/v1';
  const body = { apiVersion: version, kind: 'Eviction', metadata: { name, namespace } };
  const answer = await api.request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, c.signal, body);
  const later = answer.status === 429 || answer.status === 404;
  if (answer.status >= 300 && !later) {
    throw new KthwError('api-refused', { doing: `moving pod ${namespace}/${name}`, status: answer.status });
  }
}

/** Pods that have to move: those of a daemon set belong to the node. */
async function podsOn(c: Context, name: string): Promise<readonly PlacedPod[]> {
  const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${name}`;
  const list = await getObject<{ items: readonly PlacedPod[] }>(await firstApi(c), path, c.signal);
  return (list?.items ?? []).filter(
    (pod) => !pod.metadata.ownerReferences?.some((owner) => owner.kind === 'DaemonSet'),
  );
}

async function nodeOf(c: Context, name: string): Promise<Node | undefined> {
  return await getObject<Node>(await firstApi(c), `/api/v1/nodes/${name}`, c.signal);
}

async function firstApi(c: Context): Promise<KubeApi> {
  return await kubeOf(c, c.cluster.controllerMachines[0]);
}
