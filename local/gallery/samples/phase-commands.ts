import { hardWayComing, hardWayModal } from '../../../src/commands/messages/phase-commands-modal.ts';
import { clusterOf } from '../../../src/engine/cluster/cluster.ts';
import { gcloud } from '../../../src/engine/manual/gcloud-commands.ts';
import { writing } from '../../../src/engine/manual/host-commands.ts';
import type { HardWay } from '../../../src/engine/manual/phase-commands.ts';
import { firewallRules } from '../../../src/engine/phases/firewall.ts';
import { etcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import { spec } from './fixtures.ts';
import type { Sample } from './sample.ts';

const cluster = clusterOf(spec);
const id = 'sample';

const firewall: HardWay = {
  cluster: spec.name,
  title: 'Firewall rules',
  chapter: 3,
  parts: firewallRules(cluster).map((rule) => ({
    title: `firewall rule ${rule.name}`,
    typed: gcloud.firewalls.create(rule).map((script) => ({ script })),
    saw: `name: ${rule.name}\nsourceRanges: ${rule.sourceRanges.join(', ')}\nallow: ${rule.allow.join(', ')}`,
  })),
};

/** One page a machine. */
const etcd: HardWay = {
  cluster: spec.name,
  title: 'etcd',
  chapter: 7,
  parts: cluster.controllerMachines.map((machine) => ({
    title: `etcd on ${machine.name}`,
    typed: [
      {
        on: machine.name,
        script: writing([
          {
            path: '/etc/systemd/system/etcd.service',
            content: etcdUnit(cluster, machine, { state: 'new' }),
            mode: 0o644,
          },
        ]),
      },
      { on: machine.name, script: 'systemctl daemon-reload && systemctl enable etcd && systemctl start etcd' },
    ],
    saw: 'https://127.0.0.1:2379 is healthy: successfully committed proposal: took = 9.1ms',
  })),
};

const modals = {
  'being written down': hardWayComing({ id, value: { page: 0 } }),
  'commands of a phase': hardWayModal({ id, value: { page: 0 }, hardWay: firewall }),
  'files and commands on machines': hardWayModal({ id, value: { page: 0 }, hardWay: etcd }),
  'the last page': hardWayModal({ id, value: { page: 9 }, hardWay: etcd }),
  'nothing to type': hardWayModal({ id, value: { page: 0 }, hardWay: undefined }),
};

/** What a person would have typed. */
export const hardWaySamples: readonly Sample[] = Object.entries(modals).map(([name, message]) => ({
  group: 'The hard way',
  name,
  surface: 'modal',
  message,
}));
