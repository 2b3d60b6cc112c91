import { renderKubeProxyConfig, renderKubeProxyUnit } from '../render/kube-proxy.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { aptPackagesInstalled, downloadedComponents } from './downloads.ts';
import { kubeconfigFiles } from './kubeconfigs.ts';

export const kubeProxyService = instanceStepHandle('kube-proxy');

/** Service addresses on every worker. Tutorial, chapter 9. */
export const kubeProxy = definePhase({
  name: 'kube-proxy',
  title: 'kube-proxy',
  chapter: 9,
  steps: createHostSteps('workerInstances', (instance, cluster) => ({
    handle: kubeProxyService.on(instance),
    title: `kube-proxy on ${instance.name}`,
    dependsOn: [downloadedComponents, kubeconfigFiles, aptPackagesInstalled].map((step) => step.on(instance)),
    files: () => [
      {
        path: `${paths.kubeProxy}/kube-proxy-config.yaml`,
        content: renderKubeProxyConfig(cluster, instance),
        mode: 0o644,
      },
      { path: `${paths.units}/kube-proxy.service`, content: renderKubeProxyUnit(), mode: 0o600 },
    ],
    checkScript: () => 'systemctl -q is-active kube-proxy',
    removeScript: 'systemctl disable -q --now kube-proxy || true',
    units: ['kube-proxy'],
    applyScript: () => 'systemctl daemon-reload && systemctl enable -q kube-proxy && systemctl restart kube-proxy',
  })),
});
