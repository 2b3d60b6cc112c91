import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Vault } from '../../store/vault/vault.ts';
import { clusterOf } from '../cluster/cluster.ts';
import { publicAddress } from '../cluster/outputs.ts';
import { minorOf } from '../cluster/releases.ts';
import type { Cloud } from '../gcp/compute/compute-client.ts';
import type { Kube } from '../kubernetes/kube-client.ts';
import type { Diagnosis } from '../service/cluster-service-types.ts';
import type { Remote } from '../ssh/ssh-client.ts';
import { apiOrUnseen, cloudOrUnseen, hardeningOf } from './cis/cis-scan.ts';
import { takeReadingsAndFacts } from './host-metrics.ts';
import { examine } from './inspect-instances.ts';

/** Longer than one machine is waited for. */
const deadlineMs = 20_000;

/** Looks at all machines of a cluster, outside of any run. @param facts what runs have found out */
export async function examineCluster(
  tools: {
    readonly cloud: Cloud;
    readonly kube: Kube;
    readonly vault: Vault;
    openRemote(spec: ClusterSpec): Promise<Remote>;
  },
  { spec, state, holding }: ClusterRecord,
  facts: ClusterRecord['facts'],
): Promise<Diagnosis> {
  const { cloud, kube, vault } = tools;
  const cluster = clusterOf(spec);
  // Before the door opens for this very look.
  const asked = await cloudOrUnseen(cloud, cluster, AbortSignal.timeout(deadlineMs));
  const remote = await tools.openRemote(spec);
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const [verdict, api] = await Promise.all([
      examine(
        {
          ...{ cluster, cloud, vault, remote, signal },
          knows: ({ name, schema }) => (facts[name] === undefined ? undefined : schema.parse(facts[name])),
        },
        cluster.machines,
        undefined,
        takeReadingsAndFacts,
      ),
      apiOrUnseen({ kube, vault }, publicAddress.schema.safeParse(facts[publicAddress.name]).data, signal),
    ]);
    const hardening = hardeningOf({
      minor: minorOf(cluster.release),
      busy: state !== 'ready' || holding !== undefined,
      machines: verdict.patients.map(({ name, role, facts, trouble = 'it could not be looked at' }) => ({
        ...{ name, role, facts: facts ?? { unseen: trouble } },
      })),
      ...{ api, cloud: asked },
    });
    return { cluster: spec.name, state, ...verdict, hardening };
  } finally {
    await remote.close();
  }
}
