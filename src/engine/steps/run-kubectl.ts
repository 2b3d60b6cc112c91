import { KthwError } from '../cluster/errors.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import { renderKubeconfig } from '../pki/kubeconfig.ts';
import { getCertificate } from '../pki/pack-certificate.ts';
import { assertSuccess } from './assert-success.ts';
import { connectToInstance } from './connect-to-instance.ts';
import type { StepContext } from './step-context.ts';

/**
 * Runs kubectl as the cluster's admin on the first control plane node, for commands such as exec. The kubeconfig is in
 * memory there, and only while kubectl runs.
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
