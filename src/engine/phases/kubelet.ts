import { kubeletConfig } from '../render/kubelet-config.ts';
import { kubeletUnit } from '../render/kubelet-unit.ts';
import { paths } from '../render/paths.ts';
import { machineStep } from '../steps/host-step.ts';
import { definePhase } from '../workflow/step.ts';

/** The kubelet on every worker: it joins its machine to the cluster. Tutorial, chapter 9. */
export const kubelet = definePhase({
  name: 'kubelet',
  title: 'Kubelet',
  chapter: 9,
  after: ['containerd', 'cni', 'kubeconfigs', 'certificates'],
  steps: (cluster) =>
    cluster.workerMachines.map((machine) =>
      machineStep({
        key: `kubelet/${machine.name}`,
        title: `kubelet on ${machine.name}`,
        machine,
        after: [
          `containerd/${machine.name}`,
          `cni/${machine.name}`,
          `kubeconfigs/${machine.name}`,
          `certificates/on/${machine.name}`,
          `packages/${machine.name}`,
        ],
        files: () => [
          { path: `${paths.kubelet}/kubelet-config.yaml`, content: kubeletConfig(cluster, machine), mode: 0o600 },
          { path: `${paths.units}/kubelet.service`, content: kubeletUnit(cluster, machine), mode: 0o600 },
        ],
        check: () => 'systemctl -q is-active kubelet && [ "$(curl -fsS -m 5 http://127.0.0.1:10248/healthz)" = ok ]',
        undo: 'systemctl disable -q --now kubelet || true',
        make: () => 'systemctl daemon-reload && systemctl enable -q kubelet && systemctl restart kubelet',
      }),
    ),
});
