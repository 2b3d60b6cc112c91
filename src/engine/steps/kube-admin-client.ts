import type { Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { getExternalAddressOutput, publicAddressOutput } from '../cluster/outputs.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import type { KubeApi, KubeResponse } from '../kubernetes/kube-client.ts';
import { getCertificate } from '../pki/certificate-secret.ts';
import { renderKubeconfig } from '../pki/kubeconfig.ts';
import { assertSuccess, connectToInstance } from './host-step.ts';
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

/** The object at `path`; undefined when there is none. @throws KthwError */
export async function getObject<T>(api: KubeApi, path: string, signal: AbortSignal): Promise<T | undefined> {
  const response = await api.request('GET', path, signal);
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw toApiError(`reading ${path}`, response);
  return response.body as T;
}

/** Absent already: no error. @throws KthwError */
export async function deleteObject(api: KubeApi, path: string, signal: AbortSignal): Promise<void> {
  const response = await api.request('DELETE', path, signal);
  if (response.status >= 300 && response.status !== 404) throw toApiError(`deleting ${path}`, response);
}

function toApiError(doing: string, { status }: KubeResponse): KthwError {
  return new KthwError('api-refused', { doing, status });
}

/**
 * kubectl on the first controller as the cluster's admin, for what needs more than one request (exec). The kubeconfig is
 * in memory there only while it runs.
 */
export async function runKubectl(c: StepContext, args: string, doing: string): Promise<string> {
  const [controller] = c.cluster.controllerInstances;
  if (!controller) throw new KthwError('bug', { doing });
  const [authority, admin] = await Promise.all([
    getCertificate(c.vault, vaultPaths.ca),
    getCertificate(c.vault, vaultPaths.certificate('admin')),
  ]);
  const config = renderKubeconfig({
    clusterName: c.cluster.name,
    server: 'https://127.0.0.1:6443',
    caCertificate: authority.certificate,
    user: 'admin',
    ...admin,
  });
  const host = await connectToInstance(c, controller);
  const script = `umask 077; f=$(mktemp /dev/shm/kthw.XXXXXX); trap 'rm -f "$f"' EXIT; cat > "$f"
/usr/local/bin/kubectl --kubeconfig "$f" --request-timeout=20s ${args}`;
  const result = await host.run(script, { stdin: config.revealBytes(), deadlineMs: 30_000, signal: c.signal });
  assertSuccess(result, controller, doing);
  return result.stdout;
}
