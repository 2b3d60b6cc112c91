import type { ClusterRecord } from '../../store/records.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import type { CheckResult } from './cis/check.ts';
import { evaluateChecks, tryCollectApiFacts, tryCollectComputeFacts } from './cis/evaluate-checks.ts';
import type { Diagnosis, InspectedInstance } from './diagnose.ts';
import { collectMetricsAndFacts } from './host-metrics.ts';
import { type InspectionAccess, type InspectionDeps, inspectCluster, readOutputs } from './inspect-instances.ts';

/** Inspection of all instances of a cluster, with the diagnosis. */
export interface DoctorReport extends Diagnosis {
  readonly cluster: string;
  /** The cluster's latest run. */
  readonly run: string;
  readonly settledState: ClusterRecord['settledState'];
  readonly access: InspectionAccess;
  readonly instances: readonly InspectedInstance[];
  /** Each CIS check, in the order of the benchmark. */
  readonly hardening: readonly CheckResult[];
}

const deadlineMs = 20_000;

/** Inspects all instances of a cluster, outside of runs. */
export async function diagnoseCluster(
  deps: InspectionDeps,
  { spec, settledState, activeRun, runs }: ClusterRecord,
  access: InspectionAccess,
): Promise<DoctorReport> {
  const outputs = await readOutputs(deps);
  const cluster = deriveCluster(spec);
  // Read before this inspection itself enables SSH access.
  const compute = await tryCollectComputeFacts(deps.compute, cluster, AbortSignal.timeout(deadlineMs));
  const address = publicAddressOutput.schema.safeParse(outputs[publicAddressOutput.name]).data;
  const [diagnosis, api] = await Promise.all([
    inspectCluster(deps, spec, outputs, access, undefined, collectMetricsAndFacts),
    tryCollectApiFacts(deps, address, AbortSignal.timeout(deadlineMs)),
  ]);
  const hardening = evaluateChecks({
    minor: getMinorVersion(cluster.release),
    busy: settledState !== 'ready' || activeRun !== undefined,
    instances: diagnosis.instances.map(({ name, role, facts, error = 'needs SSH' }) => {
      return { name, role, facts: facts ?? { unknown: error } };
    }),
    api,
    compute,
  });
  return { cluster: spec.name, run: runs.at(-1) ?? '', settledState, access, ...diagnosis, hardening };
}
