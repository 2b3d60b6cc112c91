import { z } from 'zod';
import type { Cluster, Instance } from '../cluster/cluster.ts';
import { KthwError } from '../cluster/errors.ts';
import { createOutputValue, type Output } from '../cluster/output.ts';
import { reportCause } from '../diagnostics/report-cause.ts';
import { renderEtcdUnit } from '../render/etcd-unit.ts';
import { paths } from '../render/paths.ts';
import type { CommandResult, HostFile } from '../ssh/ssh-client.ts';
import { type ClusterStep, definePhase } from '../steps/cluster-step.ts';
import { buildEtcdctlCommand } from '../steps/etcdctl-command.ts';
import { hostStep } from '../steps/host-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { certificateSteps } from './certificates.ts';
import { downloadedComponents } from './downloads.ts';
import { systemUsersCreated } from './system-users.ts';

export const etcdMember = instanceStepHandle('etcd');
export const existingEtcdMember = instanceStepHandle('etcd', 'existing');

/** etcd on every control plane node, with TLS for clients and peers. Tutorial, chapter 7. */
export const etcd = definePhase({
  name: 'etcd',
  title: 'etcd',
  chapter: 7,
  steps: (cluster) => [
    ...cluster.controllerInstances.map((instance) => createMemberStep(cluster, instance)),
    ...cluster.controllerInstances.map((instance) => createFormedMemberStep(cluster, instance)),
  ],
});

/** Set once every member has joined. From then on, no member may start a new cluster. */
const etcdFormedOutput: Output<true> = { name: 'etcd-formed', schema: z.literal(true) };

function createMemberStep(cluster: Cluster, instance: Instance): ClusterStep {
  return hostStep({
    handle: etcdMember.on(instance),
    title: `etcd on ${instance.name}`,
    instance,
    dependsOn: [
      systemUsersCreated.on(instance),
      certificateSteps.installed.on(instance),
      downloadedComponents.on(instance),
    ],
    files: (c) => [buildUnitFile(cluster, instance, c.findOutput(etcdFormedOutput) ? 'existing' : 'new')],
    checkScript: () => `systemctl -q is-active etcd && ${buildEtcdctlCommand('endpoint health')}`,
    // `systemctl start` would block until the members have quorum.
    removeScript: `systemctl disable -q --now etcd || true; rm -rf ${paths.etcdData}/member`,
    applyScript: (c) =>
      `${c.findOutput(etcdFormedOutput) ? `${assertDataScript}; ` : ''}systemctl daemon-reload && systemctl enable -q etcd && systemctl start --no-block etcd`,
    errorForExitCode: getDataError(cluster, instance),
    units: ['etcd'],
    diagnose: (c) => reportCause(c, [instance], 'all'),
  });
}

/** A member with an empty data directory then refuses to start: as a new member it could split the cluster. */
function createFormedMemberStep(cluster: Cluster, instance: Instance) {
  return hostStep({
    handle: existingEtcdMember.on(instance),
    title: `etcd on ${instance.name} restarts as an existing member`,
    instance,
    dependsOn: etcdMember.onAll(cluster.controllerInstances),
    files: () => [buildUnitFile(cluster, instance, 'existing')],
    applyScript: () => `${assertDataScript}; systemctl daemon-reload`,
    errorForExitCode: getDataError(cluster, instance),
    outputs: [createOutputValue(etcdFormedOutput, true)],
  });
}

/** A member of a formed cluster has data, unless its instance was recreated. */
const assertDataScript = `[ -d ${paths.etcdData}/member ] || exit 66`;

function getDataError({ name }: Cluster, instance: Instance) {
  return ({ exitCode }: CommandResult) =>
    exitCode === 66 ? new KthwError('etcd-data-lost', { host: instance.name, cluster: name }) : undefined;
}

function buildUnitFile(cluster: Cluster, instance: Instance, state: 'new' | 'existing'): HostFile {
  return { path: `${paths.units}/etcd.service`, content: renderEtcdUnit(cluster, instance, { state }), mode: 0o600 };
}
