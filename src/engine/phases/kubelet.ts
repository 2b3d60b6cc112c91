import { renderKubeletConfig, renderKubeletUnit } from '../render/kubelet.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { certificateSteps } from './certificates.ts';
import { cniConfig } from './cni.ts';
import { containerRuntime } from './containerd.ts';
import { aptPackagesInstalled } from './downloads.ts';
import { kubeconfigFiles } from './kubeconfigs.ts';

export const kubeletService = instanceStepHandle('kubelet');

/** The kubelet on every worker registers it as a node. Tutorial, chapter 9. */
export const kubelet = definePhase({
  name: 'kubelet',
  title: 'Kubelet',
  chapter: 9,
  steps: createHostSteps('workerInstances', (instance, cluster) => ({
    handle: kubeletService.on(instance),
    title: `kubelet on ${instance.name}`,
    dependsOn: [
      containerRuntime.on(instance),
      cniConfig.on(instance),
      kubeconfigFiles.on(instance),
      certificateSteps.installed.on(instance),
      aptPackagesInstalled.on(instance),
    ],
    files: () => [
      {
        path: `${paths.kubelet}/kubelet-config.yaml`,
        content: renderKubeletConfig(cluster, instance),
        mode: 0o600,
      },
      { path: `${paths.units}/kubelet.service`, content: renderKubeletUnit(cluster, instance), mode: 0o600 },
    ],
    checkScript: () => 'systemctl -q is-active kubelet && [ "$(curl -fsS -m 5 http://127.0.0.1:10248/healthz)" = ok ]',
    removeScript: 'systemctl disable -q --now kubelet || true',
    units: ['kubelet'],
    applyScript: () => 'systemctl daemon-reload && systemctl enable -q kubelet && systemctl restart kubelet',
  })),
});
