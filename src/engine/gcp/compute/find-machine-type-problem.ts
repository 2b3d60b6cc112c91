import { findShortfalls } from '../../cluster/find-size-problem.ts';
import type { ComputeClient, ZonalResource } from './compute-client.ts';

/** A Slack user waits for the answer. */
const lookupTimeoutMs = 15_000;

/** Why a cluster that exists can't get machines of this type; undefined: it can. */
export async function findMachineTypeProblem(compute: ComputeClient, ref: ZonalResource): Promise<string | undefined> {
  const type = await compute.getMachineType(ref, AbortSignal.timeout(lookupTimeoutMs));
  if (!type) return `there is no machine type "${ref.name}" in ${ref.zone}`;
  const shortfalls = findShortfalls(type);
  return shortfalls.length > 0
    ? `${ref.name} is too small for etcd and the API server (${shortfalls.join(', ')})`
    : undefined;
}
