import type { Machine } from '../cluster/cluster.ts';
import { externalAddress, publicAddress } from '../cluster/outputs.ts';
import { certificateAt, vaultPaths } from '../cluster/vault-paths.ts';
import type { KubeAnswer, KubeApi } from '../kubernetes/kube-client.ts';
import { kubeconfig } from '../pki/kubeconfig.ts';
import { KthwError } from '../workflow/errors.ts';
import type { Context } from '../workflow/step.ts';
import { hostOf, orThrow } from './host-step.ts';

/** The cluster's API as its admin: through the balancer, or at one controller while there is no balancer yet. */
export async function kubeOf(c: Context, at?: Machine): Promise<KubeApi> {
  return await adminAt(c, c.know(at ? externalAddress(at) : publicAddress));
}

/** The API at an address, as the cluster's admin. */
export async function adminAt({ kube, vault }: Pick<Context, 'kube' | 'vault'>, address: string): Promise<KubeApi> {
  const [authority, admin] = await Promise.all([
    certificateAt(vault, vaultPaths.authority),
    certificateAt(vault, vaultPaths.certificate('admin')),
  ]);
  return kube.at({ address, authority: authority.certificate, ...admin });
}

/** The object at `path`; undefined when there is none. @throws KthwError */
export async function getObject<T>(api: KubeApi, path: string, signal: AbortSignal): Promise<T | undefined> {
  const answer = await api.request('GET', path, signal);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refused(`reading ${path}`, answer);
  return answer.body as T;
}

/** Absent already: no error. @throws KthwError */
export async function deleteObject(api: KubeApi, path: string, signal: AbortSignal): Promise<void> {
  const answer = await api.request('DELETE', path, signal);
  if (answer.status >= 300 && answer.status !== 404) throw refused(`deleting ${path}`, answer);
}

function refused(doing: string, { status }: KubeAnswer): KthwError {
  return new KthwError('api-refused', { doing, status });
}

/**
 * kubectl on the first controller as the cluster's admin, for what needs more than one request (exec). The kubeconfig is
 * in memory there only while it runs.
 */
export async function kubectl(c: Context, args: string, doing: string): Promise<string> {
  const [machine] = c.cluster.controllerMachines;
  if (!machine) throw new KthwError('bug', { doing });
  const [authority, admin] = await Promise.all([
    certificateAt(c.vault, vaultPaths.authority),
    certificateAt(c.vault, vaultPaths.certificate('admin')),
  ]);
  const config = kubeconfig({
    clusterName: c.cluster.name,
    server: 'https://127.0.0.1:6443',
    authority: authority.certificate,
    user: 'admin',
    ...admin,
  });
  const host = await hostOf(c, machine);
  const script = `umask 077; f=$(mktemp /dev/shm/kthw.XXXXXX); trap 'rm -f "$f"' EXIT; cat > "$f"
/usr/local/bin/kubectl --kubeconfig "$f" --request-timeout=20s ${args}`;
  const result = await host.run(script, { stdin: config.bytes(), deadlineMs: 30_000, signal: c.signal });
  orThrow(result, machine, doing);
  return result.stdout;
}
