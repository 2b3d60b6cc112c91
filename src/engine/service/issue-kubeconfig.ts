import { randomBytes } from 'node:crypto';
import type { Person } from '../../store/events.ts';
import type { ClusterRecord, RecordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { Vaults } from '../../store/vault/vault.ts';
import { publicAddress } from '../cluster/outputs.ts';
import { certificateAt, vaultPaths } from '../cluster/vault-paths.ts';
import type { Kube, KubeApi } from '../kubernetes/kube-client.ts';
import { kubeconfig } from '../pki/kubeconfig.ts';
import { personCertificate } from '../pki/user-certificate.ts';
import { bind, lookAtAccess, withdraw } from '../steps/access-bindings.ts';
import { adminAt } from '../steps/kube-admin-client.ts';
import { KthwError } from '../workflow/errors.ts';
import type { Kubeconfig } from './cluster-service-types.ts';
import { grantKey, liveGrants } from './kubeconfig-grants.ts';

export interface AccessTools {
  readonly store: Store;
  readonly vaults: Vaults;
  readonly kube: Kube;
  readonly now: () => Date;
}

const hourMs = 3_600_000;
/** Somebody waits for it in Slack. */
const patienceMs = 20_000;

/**
 * A kubeconfig for one person, who is named in it, for a time that ends by itself; what was given to whom is kept. It works
 * by a binding of its own.
 * @param hours at most 720
 * @throws RangeError for more; KthwError when the cluster's API does not answer
 */
export async function issueKubeconfig(
  tools: AccessTools,
  { spec, facts }: ClusterRecord,
  by: Person,
  hours: number,
): Promise<Kubeconfig> {
  const { store, vaults, now } = tools;
  const { name } = spec;
  const signal = AbortSignal.timeout(patienceMs);
  const authority = await certificateAt(vaults.of(name), vaultPaths.authority);
  const id = randomBytes(6).toString('hex');
  const own = await personCertificate(authority, by, { now: now(), grant: id, lifetimeMs: hours * hourMs });
  const file = kubeconfig({
    clusterName: name,
    server: `https://${addressOf(name, facts)}:6443`,
    authority: authority.certificate,
    user: own.commonName,
    certificate: own.certificate,
    key: own.key,
  });
  const api = await apiOf(tools, name, facts);
  await withdrawEnded(api, tools, name, signal);
  const { commonName, endsAt } = own;
  const grant: RecordOf<'grant'> = {
    cluster: name,
    to: by,
    commonName,
    issuedAt: now().toISOString(),
    endsAt: endsAt.toISOString(),
  };
  await store.write('grant', grantKey(name, id), grant, undefined);
  try {
    await bind(api, id, signal);
  } catch (error) {
    // Nobody was given it. Should it be bound all the same, the next look at the bindings takes it away.
    await store.remove('grant', grantKey(name, id));
    throw error;
  }
  // Whoever revoked it before it was bound found nothing to remove.
  if (!(await liveGrants(store, name, now())).includes(id)) {
    await withdraw(api, [id], signal);
    throw new KthwError('cancelled', {});
  }
  return { file, endsAt, commonName };
}

/** Takes away what is bound in a cluster and is to work no more, now. @throws KthwError when its API does not answer */
export async function withdrawRevoked(tools: AccessTools, { spec, facts }: ClusterRecord): Promise<void> {
  const api = await apiOf(tools, spec.name, facts);
  await withdrawEnded(api, tools, spec.name, AbortSignal.timeout(patienceMs));
}

async function withdrawEnded(api: KubeApi, { store, now }: AccessTools, name: string, signal: AbortSignal) {
  const { left } = await lookAtAccess(api, () => liveGrants(store, name, now()), signal);
  await withdraw(api, left, signal);
}

async function apiOf({ kube, vaults }: AccessTools, name: string, facts: ClusterRecord['facts']): Promise<KubeApi> {
  return await adminAt({ kube, vault: vaults.of(name) }, addressOf(name, facts));
}

function addressOf(name: string, facts: ClusterRecord['facts']): string {
  const address = publicAddress.schema.safeParse(facts[publicAddress.name]);
  if (!address.success) throw new KthwError('bug', { doing: `finding the API address of "${name}"` });
  return address.data;
}
