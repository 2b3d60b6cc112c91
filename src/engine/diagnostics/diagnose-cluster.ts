import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import type { ComputeClient } from '../gcp/compute/compute-client.ts';
import type { KubeClient } from '../kubernetes/kube-client.ts';
import type { SshClient } from '../ssh/ssh-client.ts';
import type { CheckResult } from './cis/check.ts';
import { evaluateChecks, tryCollectApiFacts, tryCollectComputeFacts } from './cis/evaluate-checks.ts';
import type { Diagnosis, InspectedInstance } from './diagnose.ts';
import { collectMetricsAndFacts } from './host-metrics.ts';
import { inspectInstances } from './inspect-instances.ts';

/** Inspection of all instances of a cluster, with the diagnosis. */
export interface DoctorReport extends Diagnosis {
  readonly cluster: string;
  readonly state: ClusterRecord['state'];
  readonly instances: readonly InspectedInstance[];
  /** Each CIS check, in the order of the benchmark. */
  readonly hardening: readonly CheckResult[];
}

/** Longer than the deadline of one instance. */
const deadlineMs = 20_000;

/** Inspects all instances of a cluster, outside of runs. @param outputs outputs of finished runs */
export async function diagnoseCluster(
  deps: {
    readonly compute: ComputeClient;
    readonly kube: KubeClient;
    readonly vault: Vault;
    openSshClient(spec: ClusterSpec): Promise<SshClient>;
  },
  { spec, state, activeRun }: ClusterRecord,
  outputs: ClusterRecord['outputs'],
): Promise<DoctorReport> {
  const { compute, kube, vault } = deps;
  const cluster = deriveCluster(spec);
  // Read before this inspection itself enables SSH access.
  const computeFacts = await tryCollectComputeFacts(compute, cluster, AbortSignal.timeout(deadlineMs));
  const ssh = await deps.openSshClient(spec);
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const [diagnosis, api] = await Promise.all([
      inspectInstances(
        {
          cluster,
          compute,
          vault,
          ssh,
          signal,
          findOutput: ({ name, schema }) => (outputs[name] === undefined ? undefined : schema.parse(outputs[name])),
        },
        cluster.instances,
        undefined,
        collectMetricsAndFacts,
      ),
      tryCollectApiFacts(
        { kube, vault },
        publicAddressOutput.schema.safeParse(outputs[publicAddressOutput.name]).data,
        signal,
      ),
    ]);
    const hardening = evaluateChecks({
      minor: getMinorVersion(cluster.release),
      busy: state !== 'ready' || activeRun !== undefined,
      instances: diagnosis.instances.map(({ name, role, facts, error = 'not inspected' }) => {
        return { name, role, facts: facts ?? { unknown: error } };
      }),
      api,
      compute: computeFacts,
    });
    return { cluster: spec.name, state, ...diagnosis, hardening };
  } finally {
    await ssh.close();
  }
}
