import type { Cluster, Instance } from '../cluster/cluster.ts';
import { reportCause } from '../diagnostics/report-cause.ts';
import { renderAdmissionConfig } from '../render/admission-config.ts';
import { renderAuditPolicy } from '../render/audit-policy.ts';
import { renderKubeApiserverUnit } from '../render/kube-apiserver-unit.ts';
import { renderKubeControllerManagerUnit } from '../render/kube-controller-manager-unit.ts';
import { renderKubeSchedulerConfig, renderKubeSchedulerUnit } from '../render/kube-scheduler.ts';
import { paths } from '../render/paths.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import { readyzCommand } from '../steps/readyz-command.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { encryptionConfig } from './encryption.ts';
import { etcdMember } from './etcd.ts';
import { kubeconfigFiles } from './kubeconfigs.ts';
import { systemUsersCreated } from './system-users.ts';

export const controlPlaneComponents = instanceStepHandle('control-plane');

/** API server, controller manager and scheduler on every control plane node. Tutorial, chapter 8. */
export const controlPlane = definePhase({
  name: 'control-plane',
  title: 'Control plane',
  chapter: 8,
  steps: createHostSteps('controllerInstances', (instance, cluster) => ({
    handle: controlPlaneComponents.on(instance),
    title: `API server, controller manager and scheduler on ${instance.name}`,
    // Depends only on the local etcd member, so that fast nodes don't wait for slow ones.
    dependsOn: [systemUsersCreated, etcdMember, encryptionConfig, kubeconfigFiles].map((step) => step.on(instance)),
    files: () => buildControlPlaneFiles(cluster, instance),
    checkScript: () => `systemctl -q is-active ${serviceUnits.join(' ')} &&
[ "$(${readyzCommand})" = ok ]`,
    removeScript: `systemctl disable -q --now ${serviceUnits.join(' ')} || true`,
    applyScript: () =>
      `systemctl daemon-reload && systemctl enable -q ${serviceUnits.join(' ')} && systemctl restart --no-block ${serviceUnits.join(' ')}`,
    units: serviceUnits,
    diagnose: (c) => reportCause(c, [instance], 'all'),
  })),
});

const serviceUnits = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

function buildControlPlaneFiles(cluster: Cluster, instance: Instance): HostFile[] {
  const apiserverUnit = renderKubeApiserverUnit(cluster, instance);
  return [
    { path: `${paths.units}/kube-apiserver.service`, content: apiserverUnit, mode: 0o600 },
    { path: `${paths.kubernetesConfig}/audit-policy.yaml`, content: renderAuditPolicy(), mode: 0o644 },
    {
      path: `${paths.kubernetesConfig}/admission.yaml`,
      content: renderAdmissionConfig(cluster.release),
      mode: 0o644,
    },
    {
      path: `${paths.units}/kube-controller-manager.service`,
      content: renderKubeControllerManagerUnit(cluster),
      mode: 0o600,
    },
    { path: `${paths.units}/kube-scheduler.service`, content: renderKubeSchedulerUnit(), mode: 0o600 },
    {
      path: `${paths.kubernetesConfig}/kube-scheduler.yaml`,
      content: renderKubeSchedulerConfig(cluster.release),
      mode: 0o644,
    },
  ];
}
