interface Deployment {
  readonly metadata?: { readonly name: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly { readonly image: string }[] };
    };
  };
}

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** Pending pods have no node. */
  readonly spec: { readonly nodeName?: string };
  readonly status: object;
}

interface ListPodsOptions {
  readonly namespace: string;
  readonly nodes: readonly string[];
  readonly isUp: boolean;
  readonly missingImages: ReadonlySet<string>;
}

/** The pods of a deployment as the API lists them: one per node, and pending ones for which there is no node. */
export function listPods(object: object, { namespace, nodes, isUp, missingImages }: ListPodsOptions): Pod[] {
  const { metadata, spec } = object as Deployment;
  const template = spec?.template;
  if (!template) return [];
  const image = template.spec.containers.find((one) => [...missingImages].some((part) => one.image.includes(part)));
  const replicas = spec.replicas ?? 1;
  return Array.from({ length: replicas }, (_, i) => ({
    metadata: { name: `${metadata?.name}-${i}`, namespace, labels: template.metadata.labels },
    ...describePod(i, nodes, isUp, image?.image),
  }));
}

function describePod(
  i: number,
  nodes: readonly string[],
  isUp: boolean,
  missingImage: string | undefined,
): Pick<Pod, 'spec' | 'status'> {
  const nodeName = nodes[i];
  if (nodeName === undefined) {
    const message = `0/${nodes.length} nodes are available: ${nodes.length} node(s) didn't match pod anti-affinity rules.`;
    return {
      spec: {},
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
      },
    };
  }
  const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${missingImage}"` };
  return {
    spec: { nodeName },
    status: {
      podIP: `10.200.${i}.2`,
      conditions: [{ type: 'Ready', status: isUp && !missingImage ? 'True' : 'False' }],
      containerStatuses: [{ state: missingImage && isUp ? { waiting } : {} }],
    },
  };
}
