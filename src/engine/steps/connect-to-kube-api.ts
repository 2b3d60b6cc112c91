import type { Instance } from '../cluster/cluster.ts';
import { getExternalAddressOutput, publicAddressOutput } from '../cluster/outputs.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import type { KubeApi } from '../kubernetes/kube-client.ts';
import { getCertificate } from '../pki/pack-certificate.ts';
import type { StepContext } from './step-context.ts';

/** The cluster's API as its admin: through the balancer, or at one controller while there is no balancer yet. */
export async function connectToKubeApi(c: StepContext, instance?: Instance): Promise<KubeApi> {
  return await connectToKubeApiAt(c, c.getOutput(instance ? getExternalAddressOutput(instance) : publicAddressOutput));
}

/** The API at an address, as the cluster's admin. */
export async function connectToKubeApiAt(
  { kube, vault }: Pick<StepContext, 'kube' | 'vault'>,
  address: string,
): Promise<KubeApi> {
  const [authority, admin] = await Promise.all([
    getCertificate(vault, vaultPaths.ca),
    getCertificate(vault, vaultPaths.certificate('admin')),
  ]);
  return kube.connect({ address, caCertificate: authority.certificate, ...admin });
}
