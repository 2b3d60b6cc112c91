import { z } from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import type { ComputeClient } from '../gcp/compute/compute-client.ts';
import { createApiError } from '../kubernetes/create-api-error.ts';
import { connectToKubeApiAt } from '../steps/connect-to-kube-api.ts';
import type { StepContext } from '../steps/step-context.ts';

const NodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
    }),
  ),
});

const ComponentStatusList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    }),
  ),
});

/** Whether each control plane node is healthy in the load balancer, by name. @throws KthwError */
export async function getBackendHealth(
  compute: ComputeClient,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, boolean>> {
  const states = await compute.getPoolHealth(
    { name: getResourceNames(cluster).targetPool, region: cluster.region },
    signal,
  );
  return new Map([...states].map(([name, state]) => [name, state === 'HEALTHY']));
}

/** Ready condition by node name. @throws KthwError */
export async function getNodeReadiness(
  deps: Pick<StepContext, 'kube' | 'vault'>,
  address: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, boolean>> {
  const { items } = NodeList.parse(await list(deps, address, '/api/v1/nodes', signal));
  return new Map(
    items.map(({ metadata, status }) => [
      metadata.name,
      status.conditions.some(({ type, status: conditionStatus }) => type === 'Ready' && conditionStatus === 'True'),
    ]),
  );
}

/**
 * Whether each etcd member is healthy, in the order of the API server's `--etcd-servers`. The API server checks each member.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/component-status-v1/
 * @throws KthwError
 */
export async function getMemberHealth(
  deps: Pick<StepContext, 'kube' | 'vault'>,
  address: string,
  signal: AbortSignal,
): Promise<readonly boolean[]> {
  const { items } = ComponentStatusList.parse(await list(deps, address, '/api/v1/componentstatuses', signal));
  const health: boolean[] = [];
  for (const { metadata, conditions } of items) {
    const [, index] = /^etcd-(\d+)$/.exec(metadata.name) ?? [];
    const isHealthy = conditions.some(({ type, status }) => type === 'Healthy' && status === 'True');
    if (index !== undefined) health[Number(index)] = isHealthy;
  }
  return health;
}

async function list(
  deps: Pick<StepContext, 'kube' | 'vault'>,
  address: string,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await (await connectToKubeApiAt(deps, address)).request('GET', path, signal);
  if (response.status !== 200) throw createApiError(`listing ${path}`, response);
  return response.body;
}
