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
  const api = await connectToKubeApiAt(deps, address);
  const response = await api.request('GET', '/api/v1/nodes', signal);
  if (response.status !== 200) throw createApiError('listing nodes', response);
  const { items } = NodeList.parse(response.body);
  return new Map(
    items.map(({ metadata, status }) => [
      metadata.name,
      status.conditions.some(({ type, status: conditionStatus }) => type === 'Ready' && conditionStatus === 'True'),
    ]),
  );
}
