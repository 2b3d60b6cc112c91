import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Vault } from '../../store/vault.ts';
import { apiOrUnseen, cloudOrUnseen, hardeningOf } from '../benchmark/hardening.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { clusterOf } from '../cluster.ts';
import type { Diagnosis } from '../desk-types.ts';
import { publicAddress } from '../facts.ts';
import type { Kube } from '../kube/kube.ts';
import { minorOf } from '../releases.ts';
import type { Remote } from '../remote/remote.ts';
import { examine } from './examine.ts';
import { takeReadingsAndFacts } from './readings.ts';

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
