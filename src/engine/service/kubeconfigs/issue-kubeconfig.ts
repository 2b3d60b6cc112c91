import { randomBytes } from 'node:crypto';
import type { ClusterRecord, RecordValue } from '../../../store/records.ts';
import type { Store } from '../../../store/store.ts';
import type { Vault, VaultProvider } from '../../../store/vault/vault.ts';
import { KthwError } from '../../cluster/errors.ts';
import { buildGrantKey } from '../../cluster/grant-key.ts';
import { publicAddressOutput } from '../../cluster/outputs.ts';
import { vaultPaths } from '../../cluster/vault-paths.ts';
import type { KubeApi, KubeClient } from '../../kubernetes/kube-client.ts';
import { renderKubeconfig } from '../../pki/kubeconfig.ts';
import { getCertificate } from '../../pki/pack-certificate.ts';
import { issueUserCertificate } from '../../pki/user-certificate.ts';
import { createGrantBinding, deleteGrantBindings, diffAccessBindings } from '../../steps/access-bindings.ts';
import { connectToKubeApiAt } from '../../steps/connect-to-kube-api.ts';
import { recordGrant } from './kubeconfig-delivery.ts';
import type { Kubeconfig, KubeconfigRequest } from './kubeconfig-service.ts';
import { listActiveGrants } from './list-grants.ts';

export interface KubeconfigDeps {
  readonly store: Store;
  readonly vaults: VaultProvider;
  readonly kube: KubeClient;
  readonly now: () => Date;
}

const hourMs = 3_600_000;
/** Short, because the requester waits in Slack. */
const apiTimeoutMs = 20_000;

/**
 * Issues a kubeconfig with a personal certificate, records the grant and binds it to the requested role. The caller
 * confirms its delivery or withdraws it.
 * @throws RangeError if `hours` is more than 720; KthwError if the cluster's API is unreachable
 */
export async function issueKubeconfig(
  deps: KubeconfigDeps,
  { spec }: ClusterRecord,
  { requester, role, hours = 24 }: KubeconfigRequest,
): Promise<Kubeconfig> {
  const { store, vaults, now } = deps;
  const { name } = spec;
  const signal = AbortSignal.timeout(apiTimeoutMs);
  const vault = vaults.getVault(name);
  const [authority, address] = await Promise.all([getCertificate(vault, vaultPaths.ca), readApiAddress(name, vault)]);
  const grantId = randomBytes(6).toString('hex');
  const credential = await issueUserCertificate(authority, requester, {
    now: now(),
    grantId,
    lifetimeMs: hours * hourMs,
  });
  const file = renderKubeconfig({
    clusterName: name,
    server: `https://${address}:6443`,
    caCertificate: authority.certificate,
    user: credential.commonName,
    certificate: credential.certificate,
    key: credential.key,
  });
  const api = await connectToKubeApiAt({ kube: deps.kube, vault }, address);
  await removeStaleBindings(api, deps, name, signal);
  const { commonName, endsAt: expiresAt } = credential;
  const grant: RecordValue<'kubeconfigGrant'> = {
    cluster: name,
    grantee: requester,
    commonName,
    role,
    issuedAt: now().toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
  await recordGrant(store, grantId, grant);
  try {
    await createGrantBinding(api, { id: grantId, role }, signal);
  } catch (error) {
    // The kubeconfig was not delivered. If the binding exists anyway, the next cleanup deletes it.
    await store.remove('kubeconfigGrant', buildGrantKey(name, grantId));
    await store.remove('kubeconfigFile', buildGrantKey(name, grantId));
    throw error;
  }
  // A revocation before the binding existed could not delete it.
  if (!(await listActiveGrants(store, name, now())).some(({ id }) => id === grantId)) {
    await deleteGrantBindings(api, [grantId], signal);
    throw new KthwError('cancelled', {});
  }
  return { id: grantId, file, expiresAt, commonName, role };
}

/** Deletes the bindings of revoked and expired grants. @throws KthwError if the cluster's API is unreachable */
export async function removeRevokedBindings(deps: KubeconfigDeps, { spec }: ClusterRecord): Promise<void> {
  const vault = deps.vaults.getVault(spec.name);
  const api = await connectToKubeApiAt({ kube: deps.kube, vault }, await readApiAddress(spec.name, vault));
  await removeStaleBindings(api, deps, spec.name, AbortSignal.timeout(apiTimeoutMs));
}

async function removeStaleBindings(api: KubeApi, { store, now }: KubeconfigDeps, name: string, signal: AbortSignal) {
  const { stale } = await diffAccessBindings(api, () => listActiveGrants(store, name, now()), signal);
  await deleteGrantBindings(api, stale, signal);
}

/** From the vault, because whoever can write the store could send users to another server. */
async function readApiAddress(name: string, vault: Pick<Vault, 'readOutputs'>): Promise<string> {
  const { [publicAddressOutput.name]: value } = await vault.readOutputs();
  const address = publicAddressOutput.schema.safeParse(value);
  if (!address.success) throw new KthwError('bug', { doing: `finding the API address of "${name}"` });
  return address.data;
}
