import type { Cluster, Machine } from '../cluster/cluster.ts';
import { etcdFormed } from '../cluster/outputs.ts';
import { tellCause } from '../diagnostics/report-cause.ts';
import { etcdUnit } from '../render/etcd-unit.ts';
import { paths } from '../render/paths.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { etcdctl } from '../steps/etcdctl-command.ts';
import { machineStep } from '../steps/host-step.ts';
import { KthwError } from '../workflow/errors.ts';
import { definePhase, known, type Step } from '../workflow/step.ts';

/** etcd on every controller, with TLS for clients and peers. Tutorial, chapter 7. */
export const etcd = definePhase({
  name: 'etcd',
  title: 'etcd',
  chapter: 7,
  after: ['accounts', 'certificates', 'downloads'],
  steps: (cluster) => [
    ...cluster.controllerMachines.map((machine) => member(cluster, machine)),
    ...cluster.controllerMachines.map((machine) => formedMember(cluster, machine)),
  ],
});

function member(cluster: Cluster, machine: Machine): Step {
  const step = machineStep({
    key: `etcd/${machine.name}`,
    title: `etcd on ${machine.name}`,
    machine,
    after: [`accounts/${machine.name}`, `certificates/on/${machine.name}`, `downloads/${machine.name}`],
    files: (c) => [unit(cluster, machine, c.knows(etcdFormed) ? 'existing' : 'new')],
    check: () => `systemctl -q is-active etcd && ${etcdctl('endpoint health')}`,
    // A member's start ends only once there is a quorum, so nobody waits for it here.
    undo: `systemctl disable -q --now etcd || true; rm -rf ${paths.etcdData}/member`,
    make: () => `systemctl daemon-reload && systemctl enable -q etcd && systemctl start --no-block etcd`,
  });
  return { ...step, diagnose: (c) => tellCause(c, [machine], 'whatever') };
}

/** From here on a member that finds its data folder empty refuses to start: as a new one it would split the cluster. */
function formedMember(cluster: Cluster, machine: Machine) {
  return machineStep({
    key: `etcd/${machine.name}/formed`,
    title: `etcd on ${machine.name} starts as an existing member only`,
    machine,
    after: cluster.controllerMachines.map((m) => `etcd/${m.name}`),
    files: () => [unit(cluster, machine, 'existing')],
    make: () => `[ -d ${paths.etcdData}/member ] || exit 66; systemctl daemon-reload`,
    means: ({ exitCode }) => (exitCode === 66 ? new KthwError('etcd-data-lost', { host: machine.name }) : undefined),
    facts: [known(etcdFormed, true)],
  });
}

function unit(cluster: Cluster, machine: Machine, state: 'new' | 'existing'): HostFile {
  return { path: `${paths.units}/etcd.service`, content: etcdUnit(cluster, machine, { state }), mode: 0o600 };
}
