import type { ClusterSpec } from '../../store/records.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { getInstanceIdOutput } from '../cluster/instance-id-output.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getResourceNames } from '../cluster/resource-names.ts';
import type { StepContext } from '../steps/step-context.ts';
import { findMissingParts, type MissingPart } from './find-missing-parts.ts';
import { getBackendHealth, getMemberHealth, getNodeReadiness } from './get-node-readiness.ts';
import { readOutputs } from './inspect-instances.ts';

type ObservationDeps = Pick<StepContext, 'compute' | 'kube' | 'vault'>;

/** Short, because a Slack user waits for the reply. */
const deadlineMs = 4_000;

/** Reads instances, address, nodes, etcd members and load balancer for up to 4 s, without SSH. Whatever can't be read is not reported. */
export async function observeMissingParts(deps: ObservationDeps, spec: ClusterSpec): Promise<readonly MissingPart[]> {
  const outputs = await readOutputs(deps);
  const cluster = deriveCluster(spec);
  const { region, zone } = cluster;
  const signal = AbortSignal.timeout(deadlineMs);
  const recordedAddress = publicAddressOutput.schema.safeParse(outputs[publicAddressOutput.name]).data;
  const { address } = getResourceNames(cluster);
  const [reservedAddress, nodeReadiness, memberHealth, backendHealth, ...instances] = await Promise.all([
    tryRead(async () => (await deps.compute.addresses.get({ name: address, region }, signal))?.address ?? 'none'),
    recordedAddress === undefined ? undefined : tryRead(() => getNodeReadiness(deps, recordedAddress, signal)),
    recordedAddress === undefined ? undefined : tryRead(() => getMemberHealth(deps, recordedAddress, signal)),
    tryRead(() => getBackendHealth(deps.compute, cluster, signal)),
    ...cluster.instances.map(({ name }) =>
      tryRead(async () => (await deps.compute.instances.get({ name, zone, region }, signal)) ?? ('none' as const)),
    ),
  ]);
  const instanceIds = cluster.instances.flatMap((instance): [string, string][] => {
    const id = outputs[getInstanceIdOutput(instance).name];
    return typeof id === 'string' ? [[instance.name, id]] : [];
  });
  return findMissingParts(
    cluster,
    {
      instances: new Map(
        cluster.instances.flatMap(({ name }, i) => (instances[i] === undefined ? [] : [[name, instances[i]]])),
      ),
      reservedAddress,
      nodeReadiness,
      backendHealth,
      memberHealth,
    },
    { address: recordedAddress, instanceIds: new Map(instanceIds) },
  );
}

async function tryRead<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
