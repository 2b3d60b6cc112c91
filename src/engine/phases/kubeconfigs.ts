import type { Machine } from '../cluster/cluster.ts';
import { publicAddress } from '../cluster/outputs.ts';
import { certificateAt, vaultPaths } from '../cluster/vault-paths.ts';
import { kubeconfig } from '../pki/kubeconfig.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { machineStep } from '../steps/host-step.ts';
import { definePhase, type Rendering } from '../workflow/step.ts';

/** How each component finds the API server and who it is there. Tutorial, chapter 5. */
export const kubeconfigs = definePhase({
  name: 'kubeconfigs',
  title: 'Kubeconfigs',
  chapter: 5,
  after: ['certificates', 'addresses'],
  steps: (cluster) =>
    cluster.machines.map((machine) =>
      machineStep({
        key: `kubeconfigs/${machine.name}`,
        title: `kubeconfigs on ${machine.name}`,
        machine,
        after: [
          `host-keys/${machine.name}`,
          'addresses/api',
          'keys/authority',
          ...clientsOn(machine).map(({ certificate }) => `certificates/${certificate}`),
        ],
        files: (c) => Promise.all(clientsOn(machine).map((client) => kubeconfigFile(c, client))),
      }),
    ),
});

interface Client {
  readonly certificate: string;
  readonly user: string;
  readonly path: string;
  /** Controllers talk to the API server beside them, workers to the balancer. */
  readonly local: boolean;
}

function clientsOn(machine: Machine): Client[] {
  const own = (name: string): Client => ({
    certificate: name,
    user: `system:${name}`,
    path: `/var/lib/kubernetes/${name}.kubeconfig`,
    local: true,
  });
  if (machine.role === 'controller') return [own('kube-controller-manager'), own('kube-scheduler')];
  const path = '/var/lib/kubelet/kubeconfig';
  const proxyPath = '/var/lib/kube-proxy/kubeconfig';
  return [
    { certificate: machine.name, user: `system:node:${machine.name}`, path, local: false },
    { certificate: 'kube-proxy', user: 'system:kube-proxy', path: proxyPath, local: false },
  ];
}

async function kubeconfigFile(c: Rendering, { certificate, user, path, local }: Client): Promise<HostFile> {
  const [authority, own] = await Promise.all([
    certificateAt(c.vault, vaultPaths.authority),
    certificateAt(c.vault, vaultPaths.certificate(certificate)),
  ]);
  const content = kubeconfig({
    clusterName: c.cluster.name,
    server: `https://${local ? '127.0.0.1' : c.know(publicAddress)}:6443`,
    authority: authority.certificate,
    user,
    ...own,
  });
  return { path, content, mode: 0o600 };
}
