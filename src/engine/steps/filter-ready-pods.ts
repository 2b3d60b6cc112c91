export interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly state: { readonly waiting?: { readonly reason?: string } } }[];
  };
}

/** Pure: pods that serve. */
export function filterReadyPods(pods: readonly Pod[]): Pod[] {
  return pods.filter((pod) => pod.status.conditions?.some((x) => x.type === 'Ready' && x.status === 'True'));
}

/** Pure: whether the kubelet gave up pulling an image for now. */
export function hasImagePullError(pods: readonly Pod[]): boolean {
  const reasons = pods.flatMap((pod) => pod.status.containerStatuses ?? []).map((s) => s.state.waiting?.reason);
  return reasons.some((reason) => reason === 'ErrImagePull' || reason === 'ImagePullBackOff');
}
