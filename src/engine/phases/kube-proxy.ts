import { renderKubeProxyConfig } from '../render/kube-proxy-config.ts';
import { renderKubeProxyUnit } from '../render/kube-proxy-unit.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/define-phase.ts';
import { hostStep } from '../steps/host-step.ts';

/** Addresses of services on every worker. Tutorial, chapter 9. */
export const kubeProxy = definePhase({
  name: 'kube-proxy',
  title: 'Service proxy',
  chapter: 9,
  dependsOn: ['downloads', 'kubeconfigs'],
  steps: (cluster) =>
    cluster.workerInstances.map((instance) =>
      hostStep({
        key: `kube-proxy/${instance.name}`,
        title: `kube-proxy on ${instance.name}`,
        instance,
        dependsOn: [`downloads/${instance.name}`, `kubeconfigs/${instance.name}`, `packages/${instance.name}`],
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
        applyScript: () => 'systemctl daemon-reload && systemctl enable -q kube-proxy && systemctl restart kube-proxy',
      }),
    ),
});
