import { machineStep } from '../machine-step.ts';
import type { Machine } from '../cluster.ts';
import { definePhase } from '../phase.ts';
import { etcdctl } from '../etcdctl.ts';
import { etcdUnit } from '../render/etcd-unit.ts';
import { KthwError } from '../errors.ts';

/** etcd on every controller, with TLS for clients and peers. Tutorial, chapter 7. */
export const etcd = definePhase({
  name: 'etcd',
  title: 'etcd',
  chapter: 7,
  after: ['certificates', 'downloads'],
  steps: (cluster) => {
    const { controllerMachines } = cluster;
    return [
      ...controllerMachines.map((machine) =>
        machineStep({
          key: `etcd/${machine.name}`,
          title: `etcd on ${machine.name}`,
          machine,
          after: [`certificates/on/${machine.name}`, `downloads/${machine.name}`],
          files: () => [{ path: '/etc/systemd/system/etcd.service', content: etcdUnit(cluster, machine), mode: 0o644 }],
          check: () => `systemctl -q is-active etcd && ${etcdctl('endpoint health')}`,
          // A member's start ends only once there is a quorum, so nobody waits for it here.
          make: () => `mkdir -p -m 700 /var/lib/etcd
[ -e ${clusterState} ] || echo ETCD_INITIAL_CLUSTER_STATE=new > ${clusterState}
systemctl daemon-reload && systemctl enable -q etcd && systemctl start --no-block etcd`,
        }),
      ),
      ...controllerMachines.map((machine) => formed(machine, controllerMachines)),
    ];
  },
});

/** Read by the unit: `new` until the cluster has formed. */
const clusterState = '/etc/etcd/cluster-state';

/**
 * From here on a member that finds its data folder empty must not start as if the cluster were new: it would split it.
 * https://github.com/kubernetes-sigs/kubespray/issues/13261
 */
function formed(machine: Machine, all: readonly Machine[]) {
  return machineStep({
    key: `etcd/${machine.name}/formed`,
    title: `etcd on ${machine.name} starts as an existing member only`,
    machine,
    after: all.map((m) => `etcd/${m.name}`),
    check: () => `grep -qx ETCD_INITIAL_CLUSTER_STATE=existing ${clusterState}`,
    make: () => `[ -d /var/lib/etcd/member ] || exit 66
echo ETCD_INITIAL_CLUSTER_STATE=existing > ${clusterState}.new && mv ${clusterState}.new ${clusterState}`,
    means: ({ exitCode }) => (exitCode === 66 ? new KthwError('etcd-data-lost', { host: machine.name }) : undefined),
  });
}
