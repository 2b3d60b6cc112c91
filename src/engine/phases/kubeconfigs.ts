import type { Instance } from '../cluster/cluster.ts';
import { publicAddressOutput } from '../cluster/outputs.ts';
import { vaultPaths } from '../cluster/vault-paths.ts';
import { renderKubeconfig } from '../pki/kubeconfig.ts';
import { getCertificate } from '../pki/pack-certificate.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import type { RenderContext } from '../steps/step-context.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { certificateSteps } from './certificates.ts';
import { keySteps } from './keys.ts';
import { verifiedHostKey } from './ssh-host-keys.ts';
import { apiAddress } from './static-ip.ts';

export const kubeconfigFiles = instanceStepHandle('kubeconfigs');

/** Address of the API server and credentials of each component. Tutorial, chapter 5. */
export const kubeconfigs = definePhase({
  name: 'kubeconfigs',
  title: 'Kubeconfigs',
  chapter: 5,
  steps: createHostSteps('instances', (instance) => ({
    handle: kubeconfigFiles.on(instance),
    title: `kubeconfigs on ${instance.name}`,
    dependsOn: [
      verifiedHostKey.on(instance),
      apiAddress,
      keySteps.ca,
      ...listKubeconfigSpecs(instance).map(({ certificate }) => certificateSteps.issued.on({ name: certificate })),
    ],
    files: (c) => Promise.all(listKubeconfigSpecs(instance).map((spec) => buildKubeconfigFile(c, spec))),
  })),
});

interface KubeconfigSpec {
  readonly certificate: string;
  readonly user: string;
  readonly path: string;
  /** Control plane nodes use their local API server, workers the load balancer. */
  readonly isLocal: boolean;
}

function listKubeconfigSpecs(instance: Instance): KubeconfigSpec[] {
  const buildLocalSpec = (name: string): KubeconfigSpec => ({
    certificate: name,
    user: `system:${name}`,
    path: `/var/lib/kubernetes/${name}.kubeconfig`,
    isLocal: true,
  });
  if (instance.role === 'controller')
    return [buildLocalSpec('kube-controller-manager'), buildLocalSpec('kube-scheduler')];
  const path = '/var/lib/kubelet/kubeconfig';
  const proxyPath = '/var/lib/kube-proxy/kubeconfig';
  return [
    { certificate: instance.name, user: `system:node:${instance.name}`, path, isLocal: false },
    { certificate: 'kube-proxy', user: 'system:kube-proxy', path: proxyPath, isLocal: false },
  ];
}

async function buildKubeconfigFile(
  c: RenderContext,
  { certificate, user, path, isLocal }: KubeconfigSpec,
): Promise<HostFile> {
  const [authority, keyPair] = await Promise.all([
    getCertificate(c.vault, vaultPaths.ca),
    getCertificate(c.vault, vaultPaths.certificate(certificate)),
  ]);
  const content = renderKubeconfig({
    clusterName: c.cluster.name,
    server: `https://${isLocal ? '127.0.0.1' : c.getOutput(publicAddressOutput)}:6443`,
    caCertificate: authority.certificate,
    user,
    ...keyPair,
  });
  return { path, content, mode: 0o600 };
}
