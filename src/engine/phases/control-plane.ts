import type { Cluster, Machine } from '../cluster/cluster.ts';
import { publicAddress } from '../cluster/outputs.ts';
import { tellCause } from '../diagnostics/report-cause.ts';
import { admissionConfig } from '../render/admission-config.ts';
import { auditPolicy } from '../render/audit-policy.ts';
import { kubeApiserverUnit } from '../render/kube-apiserver-unit.ts';
import { kubeControllerManagerUnit } from '../render/kube-controller-manager-unit.ts';
import { kubeSchedulerConfig } from '../render/kube-scheduler-config.ts';
import { kubeSchedulerUnit } from '../render/kube-scheduler-unit.ts';
import { paths } from '../render/paths.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { machineStep } from '../steps/host-step.ts';
import { askReadyz } from '../steps/readyz-command.ts';
import { definePhase, type Rendering, type Step } from '../workflow/step.ts';

/** API server, controller manager and scheduler on every controller. Tutorial, chapter 8. */
export const controlPlane = definePhase({
  name: 'control-plane',
  title: 'Control plane',
  chapter: 8,
  after: ['accounts', 'etcd', 'encryption', 'kubeconfigs'],
  steps: (cluster) =>
    cluster.controllerMachines.map((machine) => ({
      diagnose: (c) => tellCause(c, [machine], 'whatever'),
      ...machineStep({
        key: `control-plane/${machine.name}`,
        title: `API server, controller manager and scheduler on ${machine.name}`,
        machine,
        // A controller goes on as soon as its own etcd answers.
        after: ['accounts', 'etcd', 'encryption', 'kubeconfigs'].map((phase) => `${phase}/${machine.name}`),
        files: (c) => controlPlaneFiles(c, cluster, machine),
        check: () => `systemctl -q is-active ${units.join(' ')} &&
[ "$(${askReadyz})" = ok ]`,
        undo: `systemctl disable -q --now ${units.join(' ')} || true`,
        make: () =>
          `systemctl daemon-reload && systemctl enable -q ${units.join(' ')} && systemctl restart --no-block ${units.join(' ')}`,
      }),
    })) satisfies Step[],
});

const units = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

function controlPlaneFiles(c: Rendering, cluster: Cluster, machine: Machine): HostFile[] {
  const apiserver = kubeApiserverUnit(cluster, machine, { publicAddress: c.know(publicAddress) });
  return [
    { path: `${paths.units}/kube-apiserver.service`, content: apiserver, mode: 0o600 },
    { path: `${paths.kubernetesConfig}/audit-policy.yaml`, content: auditPolicy(), mode: 0o644 },
    {
      path: `${paths.kubernetesConfig}/admission.yaml`,
      content: admissionConfig(cluster.release),
      mode: 0o644,
    },
    {
      path: `${paths.units}/kube-controller-manager.service`,
      content: kubeControllerManagerUnit(cluster),
      mode: 0o600,
    },
    { path: `${paths.units}/kube-scheduler.service`, content: kubeSchedulerUnit(), mode: 0o600 },
    {
      path: `${paths.kubernetesConfig}/kube-scheduler.yaml`,
      content: kubeSchedulerConfig(cluster.release),
      mode: 0o644,
    },
  ];
}
