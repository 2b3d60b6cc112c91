import { publicAddressOutput } from '../cluster/outputs.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import type { KubeApi } from '../kubernetes/kube-client.ts';
import { getCertificate } from '../pki/pack-certificate.ts';
import { findCurrentAddress } from './find-current-address.ts';
import type { StepContext } from './step-context.ts';

/** API of the first control plane node, as the cluster's admin: it needs no load balancer. */
export async function connectToKubeApi(c: StepContext): Promise<KubeApi> {
  const [first] = c.cluster.controllerInstances;
  return await connectToKubeApiAt(c, first ? await findCurrentAddress(c, first) : c.getOutput(publicAddressOutput));
}

/** API at an address, as the cluster's admin. */
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
