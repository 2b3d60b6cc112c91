import { KthwError } from '../cluster/errors.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import { createApiError, getStatusMessage } from '../kubernetes/create-api-error.ts';
import type { KubeApi } from '../kubernetes/kube-client.ts';
import { connectToKubeApi } from './connect-to-kube-api.ts';
import { getObject } from './get-object.ts';
import type { StepContext } from './step-context.ts';

export interface EvictablePod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
}

/** A PodDisruptionBudget that doesn't allow an eviction, or several, which the API answers with 500. */
interface BlockedEviction {
  /** `NAMESPACE/NAME` */
  readonly pod: string;
  /** `NAMESPACE/NAME` */
  readonly budget: string;
  readonly reason: string;
}

/** Longest that terminating pods may take. The node is then deleted without waiting for them. */
const terminationTimeoutMs = 120_000;
/** Longest that a PodDisruptionBudget may block a drain, within a time slice of a run. The step then fails. */
const budgetTimeoutMs = 300_000;

/**
 * Cordons a node and evicts its pods, like `kubectl drain`.
 * https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
 * @throws KthwError `drain-blocked` while a PodDisruptionBudget doesn't allow it
 */
export async function drainNode(c: StepContext, node: string): Promise<void> {
  const api = await connectToKubeApi(c);
  await api.apply(`/api/v1/nodes/${node}`, { ...buildNode(node), spec: { unschedulable: true } }, c.signal);
  const startedAt = +c.clock.now();
  let lastBlockedAt = startedAt;
  let reportedBudgets = '';
  for (let pods = await listPodsToEvict(c, node); pods.length > 0; pods = await listPodsToEvict(c, node)) {
    const evictions = await Promise.all(pods.map((pod) => evictPod(c, api, pod)));
    const blocked = evictions.filter((eviction) => eviction !== undefined);
    const now = +c.clock.now();
    const [first] = blocked;
    if (first) {
      lastBlockedAt = now;
      const minutes = budgetTimeoutMs / 60_000;
      if (now - startedAt > budgetTimeoutMs)
        throw new KthwError('drain-blocked', { node, ...first, minutes }, { detail: first.reason });
      const budgets = [...new Set(blocked.map(({ budget }) => budget))].join(', ');
      if (budgets !== reportedBudgets) c.logProgress(describeBlockedDrain(node, first, budgets));
      reportedBudgets = budgets;
    } else if (now - lastBlockedAt > terminationTimeoutMs) {
      const seconds = terminationTimeoutMs / 1000;
      c.logProgress(`${pods.length} pods did not leave ${node} within ${seconds} s; the node is deleted without them`);
      return;
    }
    await c.clock.sleep(1_000, c.signal);
  }
}

/** Makes the node schedulable again. Server-side apply keeps a cordon of another user: kthw gives up only its own field. */
export async function uncordonNode(c: StepContext, node: string): Promise<void> {
  const path = `/api/v1/nodes/${node}`;
  try {
    const api = await connectToKubeApi(c);
    if (!(await getObject(api, path, c.signal))) return;
    await api.apply(path, buildNode(node), c.signal);
    c.logProgress(`removed the cordon that this run set on node ${node}`);
  } catch (error) {
    c.logProgress(`node ${node} may still be cordoned: run \`kubectl uncordon ${node}\``);
    throw error;
  }
}

/** Pods that have to leave a node. Pods of a DaemonSet stay until the node is deleted. */
export async function listPodsToEvict(c: StepContext, node: string): Promise<readonly EvictablePod[]> {
  const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`;
  const list = await getObject<{ items: readonly EvictablePod[] }>(await connectToKubeApi(c), path, c.signal);
  return (list?.items ?? []).filter(
    ({ metadata }) => !metadata.ownerReferences?.some((owner) => owner.kind === 'DaemonSet'),
  );
}

function buildNode(name: string) {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name } };
}

/** Returns what blocks the eviction. Undefined: it was accepted, or is repeated later. */
async function evictPod(c: StepContext, api: KubeApi, pod: EvictablePod): Promise<BlockedEviction | undefined> {
  const { name, namespace } = pod.metadata;
  const apiVersion = getMinorVersion(c.cluster.release) < 22 ? 'policy/v1beta1' : 'policy/v1';
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const response = await api.request('POST', path, c.signal, {
    apiVersion,
    kind: 'Eviction',
    metadata: { name, namespace },
  });
  const { status } = response;
  if (status === 429) return parseBlockedEviction(pod, response.body);
  if (status < 300 || status === 404) return undefined;
  const reason = getStatusMessage(response);
  if (reason?.includes('more than one PodDisruptionBudget'))
    return { pod: `${namespace}/${name}`, budget: `${namespace}/*`, reason: reason.replace(/\.$/, '') };
  throw createApiError(`evicting pod ${namespace}/${name}`, response);
}

/** Without such a cause, the API server limits the request rate. https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ */
function parseBlockedEviction({ metadata: { name, namespace } }: EvictablePod, body: unknown) {
  const { details } = (body ?? {}) as {
    details?: { causes?: readonly { reason?: string; message?: string }[] };
  };
  const cause = details?.causes?.find(({ reason }) => reason === 'DisruptionBudget');
  if (!cause) return undefined;
  const reason = cause.message?.replace(/\.$/, '') ?? '';
  const budget = /disruption budget (\S+)/.exec(reason)?.[1];
  return { pod: `${namespace}/${name}`, budget: `${namespace}/${budget ?? '(unknown name)'}`, reason };
}

function describeBlockedDrain(node: string, { pod, reason }: BlockedEviction, budgets: string): string {
  return `PodDisruptionBudget ${budgets} blocks the eviction of pod ${pod} from ${node}. ${reason}. Wait, add replicas, relax the budget, or cancel this run`;
}
