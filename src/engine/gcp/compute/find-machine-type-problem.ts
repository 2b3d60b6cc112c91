import { recommendedMachineType } from '../../cluster/controller-size.ts';
import { findArchitectureProblem, findShortfalls } from '../../cluster/find-size-problem.ts';
import type { ComputeClient, ZonalResource } from './compute-client.ts';

/** The machine type doesn't exist in the zone, is too small or has another architecture. */
export interface MachineTypeProblem {
  readonly problem: string;
  /** A machine type that is large enough. */
  readonly suggestedMachineType?: string;
}

/** Short, because a Slack user waits for the reply. */
const lookupTimeoutMs = 15_000;

/** Why a control plane node can't have this machine type, or undefined. @throws KthwError */
export async function findMachineTypeProblem(
  compute: ComputeClient,
  ref: ZonalResource,
): Promise<MachineTypeProblem | undefined> {
  const type = await compute.getMachineType(ref, AbortSignal.timeout(lookupTimeoutMs));
  if (!type) return { problem: `there is no machine type "${ref.name}" in ${ref.zone}` };
  const architectureProblem = findArchitectureProblem(ref.name, type);
  if (architectureProblem) return { problem: architectureProblem, suggestedMachineType: recommendedMachineType };
  const shortfalls = findShortfalls(type);
  if (shortfalls.length === 0) return undefined;
  return {
    problem: `${ref.name} is too small for etcd and the API server (${shortfalls.join(', ')})`,
    suggestedMachineType: recommendedMachineType,
  };
}
