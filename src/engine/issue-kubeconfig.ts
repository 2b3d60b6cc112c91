import type { Person } from '../store/events.ts';
import type { ClusterRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Vaults } from '../store/vault.ts';
import type { Kubeconfig } from './desk-types.ts';
import { KthwError } from './errors.ts';
import { publicAddress } from './facts.ts';
import { kubeconfig } from './pki/kubeconfig.ts';
import { personCertificate } from './pki/person.ts';
import { certificateAt, vaultPaths } from './secrets.ts';

const hourMs = 3_600_000;

/**
 * A kubeconfig for one person, who is named in it, for a time that ends by itself; what was given to whom is kept.
 * @param hours at most 720
 * @throws RangeError for more
 */
export async function issueKubeconfig(
  { store, vaults, now }: { readonly store: Store; readonly vaults: Vaults; readonly now: () => Date },
  { spec, facts }: ClusterRecord,
  by: Person,
  hours: number,
): Promise<Kubeconfig> {
  const address = publicAddress.schema.safeParse(facts[publicAddress.name]);
  if (!address.success) throw new KthwError('bug', { doing: `finding the API address of "${spec.name}"` });
  const authority = await certificateAt(vaults.of(spec.name), vaultPaths.authority);
  const own = await personCertificate(authority, by, { now: now(), lifetimeMs: hours * hourMs });
  const file = kubeconfig({
    clusterName: spec.name,
    server: `https://${address.data}:6443`,
    authority: authority.certificate,
    user: own.commonName,
    certificate: own.certificate,
    key: own.key,
  });
  const issuedAt = now().toISOString();
  const grant = { cluster: spec.name, to: by, commonName: own.commonName, issuedAt, endsAt: own.endsAt.toISOString() };
  await store.write('grant', `${spec.name}.${by.user}.${issuedAt}`, grant, undefined);
  return { file, endsAt: own.endsAt, commonName: own.commonName };
}
