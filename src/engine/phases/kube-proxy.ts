import { kubeProxyConfig } from '../render/kube-proxy-config.ts';
import { kubeProxyUnit } from '../render/kube-proxy-unit.ts';
import { paths } from '../render/paths.ts';
import { machineStep } from '../steps/host-step.ts';
import { definePhase } from '../workflow/step.ts';

/** Addresses of services on every worker. Tutorial, chapter 9. */
export const kubeProxy = definePhase({
  name: 'kube-proxy',
  title: 'Service proxy',
  chapter: 9,
  after: ['downloads', 'kubeconfigs'],
  steps: (cluster) =>
    cluster.workerMachines.map((machine) =>
      machineStep({
        key: `kube-proxy/${machine.name}`,
        title: `kube-proxy on ${machine.name}`,
        machine,
        after: [`downloads/${machine.name}`, `kubeconfigs/${machine.name}`, `packages/${machine.name}`],
        files: () => [
          {
            path: `${paths.kubeProxy}/kube-proxy-config.yaml`,
            content: kubeProxyConfig(cluster, machine),
            mode: 0o644,
          },
          { path: `${paths.units}/kube-proxy.service`, content: kubeProxyUnit(), mode: 0o600 },
        ],
        check: () => 'systemctl -q is-active kube-proxy',
        undo: 'systemctl disable -q --now kube-proxy || true',
        make: () => 'systemctl daemon-reload && systemctl enable -q kube-proxy && systemctl restart kube-proxy',
      }),
    ),
});
