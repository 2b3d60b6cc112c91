import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import type { StepContext } from '../steps/step-context.ts';
import { findMissingParts, type MissingPart } from './find-missing-parts.ts';
import { getBackendHealth, getNodeReadiness } from './get-node-readiness.ts';

type ObservationDeps = Pick<StepContext, 'compute' | 'kube' | 'vault'>;

/** Short, because a Slack user waits for the reply. */
const deadlineMs = 4_000;

/** Reads instances, address, nodes and load balancer for up to 4 s, without SSH. Whatever can't be read is not reported. */
export async function observeMissingParts(
  deps: ObservationDeps,
  spec: ClusterSpec,
  outputs: ClusterRecord['outputs'],
): Promise<readonly MissingPart[]> {
  const cluster = deriveCluster(spec);
  const { region, zone } = cluster;
  const signal = AbortSignal.timeout(deadlineMs);
  const recordedAddress = publicAddressOutput.schema.safeParse(outputs[publicAddressOutput.name]).data;
  const { address } = getResourceNames(cluster);
  const [reservedAddress, nodeReadiness, backendHealth, ...statuses] = await Promise.all([
    tryRead(async () => (await deps.compute.addresses.get({ name: address, region }, signal))?.address ?? 'none'),
    recordedAddress === undefined ? undefined : tryRead(() => getNodeReadiness(deps, recordedAddress, signal)),
    tryRead(() => getBackendHealth(deps.compute, cluster, signal)),
    ...cluster.instances.map(({ name }) =>
      tryRead(async () => (await deps.compute.instances.get({ name, zone, region }, signal))?.status ?? 'none'),
    ),
  ]);
  const instanceStatuses = new Map(
    cluster.instances.flatMap(({ name }, i): [string, string][] => {
      const status = statuses[i];
      return status === undefined ? [] : [[name, status]];
    }),
  );
  return findMissingParts(
    cluster,
    { instanceStatuses, reservedAddress, nodeReadiness, backendHealth },
    recordedAddress,
  );
}

async function tryRead<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
