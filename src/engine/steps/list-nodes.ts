import { connectToKubeApi } from './connect-to-kube-api.ts';
import { getObject } from './get-object.ts';
import type { StepContext } from './step-context.ts';

export interface Node {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status: {
    readonly conditions: readonly NodeCondition[];
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly nodeInfo?: { readonly kubeletVersion: string; readonly containerRuntimeVersion: string };
  };
}

interface NodeCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export async function listNodes(c: StepContext): Promise<readonly Node[]> {
  const list = await getObject<{ items: readonly Node[] }>(await connectToKubeApi(c), '/api/v1/nodes', c.signal);
  return list?.items ?? [];
}

/** Why nodes aren't Ready, in the words of their conditions. Undefined: all are. */
export async function describeNodes(c: StepContext, names: readonly string[]): Promise<string | undefined> {
  const nodes = new Map((await listNodes(c)).map((node) => [node.metadata.name, node]));
  const problems = names.flatMap((name) => {
    const node = nodes.get(name);
    if (!node) return [`node ${name} is not registered`];
    const ready = node.status.conditions.find(({ type }) => type === 'Ready');
    if (ready?.status === 'True') return [];
    return [`node ${name}: ${[ready?.reason ?? 'not Ready', ready?.message].filter(Boolean).join(': ')}`];
  });
  return problems.length === 0 ? undefined : problems.slice(0, 5).join('; ').slice(0, 600);
}

/**
 * How users keep pods off a node: `cordoned`, or its taint. Undefined: pods are scheduled to it. Taints of Kubernetes itself
 * don't count: https://kubernetes.io/docs/reference/labels-annotations-taints/
 */
export function findExclusion({ spec }: Node): string | undefined {
  if (spec?.unschedulable) return 'cordoned';
  const taint = spec?.taints?.find(
    ({ key, effect }) =>
      (effect === 'NoSchedule' || effect === 'NoExecute') && !/^node\.(cloudprovider\.)?kubernetes\.io\//.test(key),
  );
  return taint && `tainted ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`;
}
