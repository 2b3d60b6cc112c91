import type { ClusterRecord } from '../../store/records.ts';
import type { Vault } from '../../store/vault.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { clusterOf } from '../cluster.ts';
import type { Diagnosis } from '../desk-types.ts';
import type { Remote } from '../remote/remote.ts';
import { examine } from './examine.ts';

/** Longer than one machine is waited for. */
const deadlineMs = 20_000;

/** Looks at all machines of a cluster, outside of any run. @param facts what runs have found out */
export async function examineCluster(
  tools: { readonly cloud: Cloud; readonly vault: Vault; openRemote(): Remote },
  { spec, state }: ClusterRecord,
  facts: ClusterRecord['facts'],
): Promise<Diagnosis> {
  const { cloud, vault } = tools;
  const cluster = clusterOf(spec);
  const remote = tools.openRemote();
  try {
    const verdict = await examine(
      {
        ...{ cluster, cloud, vault, remote, signal: AbortSignal.timeout(deadlineMs) },
        knows: ({ name, schema }) => (facts[name] === undefined ? undefined : schema.parse(facts[name])),
      },
      cluster.machines,
    );
    return { cluster: spec.name, state, ...verdict };
  } finally {
    await remote.close();
  }
}
