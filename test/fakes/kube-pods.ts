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
  readonly spec: { readonly nodeName: string };
  readonly status: object;
}

interface ListPodsOptions {
  readonly namespace: string;
  readonly nodes: readonly string[];
  readonly isUp: boolean;
  readonly missingImages: ReadonlySet<string>;
}

/** The pods of a deployment as the API lists them: one per node. */
export function listPods(object: object, { namespace, nodes, isUp, missingImages }: ListPodsOptions): Pod[] {
  const { metadata, spec } = object as Deployment;
  const template = spec?.template;
  if (!template) return [];
  const missing = template.spec.containers.some(({ image }) => [...missingImages].some((part) => image.includes(part)));
  return nodes.slice(0, spec.replicas ?? 1).map((nodeName, i) => ({
    metadata: { name: `${metadata?.name}-${i}`, namespace, labels: template.metadata.labels },
    spec: { nodeName },
    status: {
      podIP: `10.200.${i}.2`,
      conditions: [{ type: 'Ready', status: isUp && !missing ? 'True' : 'False' }],
      containerStatuses: [{ state: missing && isUp ? { waiting: { reason: 'ImagePullBackOff' } } : {} }],
    },
  }));
}
