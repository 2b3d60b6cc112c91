import { formatTable } from '../manual/kubectl.ts';
import { connectToKubeApi } from './connect-to-kube-api.ts';
import { getObject } from './get-object.ts';
import type { StepContext } from './step-context.ts';

/** Why a pod or container is in a state, as the kubelet or the scheduler says it. */
interface Reason {
  readonly reason?: string;
  readonly message?: string;
}

export interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly (Reason & { readonly type: string; readonly status: string })[];
    readonly containerStatuses?: readonly { readonly state: { readonly waiting?: Reason } }[];
  };
}

interface PodList {
  readonly pods: readonly Pod[];
  /** Pods with the condition Ready. */
  readonly ready: readonly Pod[];
  /** Whether a kubelet failed to pull an image. */
  readonly hasImagePullError: boolean;
}

/** @param selector such as `app=web` */
export async function listPods(c: StepContext, namespace: string, selector: string): Promise<PodList> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
  const pods = (await getObject<{ items: readonly Pod[] }>(await connectToKubeApi(c), path, c.signal))?.items ?? [];
  const reasons = pods.flatMap((pod) => pod.status.containerStatuses ?? []).map((s) => s.state.waiting?.reason);
  return {
    pods,
    ready: pods.filter((pod) => pod.status.conditions?.some((x) => x.type === 'Ready' && x.status === 'True')),
    hasImagePullError: reasons.some((reason) => reason === 'ErrImagePull' || reason === 'ImagePullBackOff'),
  };
}

export function formatPodTable(pods: readonly Pod[]): string {
  const rows = pods.map(({ metadata, spec, status }) => [metadata.name, status.podIP ?? '', spec.nodeName ?? '']);
  return formatTable(['NAME', 'IP', 'NODE'], rows);
}
