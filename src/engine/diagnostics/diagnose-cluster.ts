import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { deriveCluster } from '../cluster/cluster.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { getMinorVersion } from '../cluster/releases.ts';
import type { ComputeClient } from '../gcp/compute/compute-client.ts';
import type { KubeClient } from '../kubernetes/kube-client.ts';
import type { DoctorReport } from '../service/cluster-service-types.ts';
import type { SshClient } from '../ssh/ssh-client.ts';
import { evaluateChecks, tryCollectApiFacts, tryCollectComputeFacts } from './cis/cis-scan.ts';
import { collectMetricsAndFacts } from './host-metrics.ts';
import { inspectInstances } from './inspect-instances.ts';

/** Longer than one machine is waited for. */
const deadlineMs = 20_000;

/** Looks at all machines of a cluster, outside of any run. @param outputs what runs have found out */
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
  // Before the door opens for this very look.
  const computeFacts = await tryCollectComputeFacts(compute, cluster, AbortSignal.timeout(deadlineMs));
  const ssh = await deps.openSshClient(spec);
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const [diagnosis, api] = await Promise.all([
      inspectInstances(
        {
          ...{ cluster, compute, vault, ssh, signal },
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
      instances: diagnosis.instances.map(({ name, role, facts, error = 'it could not be looked at' }) => ({
        ...{ name, role, facts: facts ?? { unknown: error } },
      })),
      ...{ api, compute: computeFacts },
    });
    return { cluster: spec.name, state, ...diagnosis, hardening };
  } finally {
    await ssh.close();
  }
}
