import { renderKubeletConfig } from '../render/kubelet-config.ts';
import { renderKubeletUnit } from '../render/kubelet-unit.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/define-phase.ts';
import { hostStep } from '../steps/host-step.ts';

/** The kubelet on every worker: it joins its machine to the cluster. Tutorial, chapter 9. */
export const kubelet = definePhase({
  name: 'kubelet',
  title: 'Kubelet',
  chapter: 9,
  dependsOn: ['containerd', 'cni', 'kubeconfigs', 'certificates'],
  steps: (cluster) =>
    cluster.workerInstances.map((instance) =>
      hostStep({
        key: `kubelet/${instance.name}`,
        title: `kubelet on ${instance.name}`,
        instance,
        dependsOn: [
          `containerd/${instance.name}`,
          `cni/${instance.name}`,
          `kubeconfigs/${instance.name}`,
          `certificates/on/${instance.name}`,
          `packages/${instance.name}`,
        ],
        files: () => [
          {
            path: `${paths.kubelet}/kubelet-config.yaml`,
            content: renderKubeletConfig(cluster, instance),
            mode: 0o600,
          },
          { path: `${paths.units}/kubelet.service`, content: renderKubeletUnit(cluster, instance), mode: 0o600 },
        ],
        checkScript: () =>
          'systemctl -q is-active kubelet && [ "$(curl -fsS -m 5 http://127.0.0.1:10248/healthz)" = ok ]',
        removeScript: 'systemctl disable -q --now kubelet || true',
        applyScript: () => 'systemctl daemon-reload && systemctl enable -q kubelet && systemctl restart kubelet',
      }),
    ),
});
