import {
  renderPhaseCommandsLoading,
  renderPhaseCommandsModal,
} from '../../../src/commands/messages/phase-commands-modal.ts';
import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import { gcloudCommands } from '../../../src/engine/manual/gcloud-commands.ts';
import { renderFileWrites } from '../../../src/engine/manual/host-commands.ts';
import { buildFirewallRules } from '../../../src/engine/phases/firewall.ts';
import { renderEtcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import type { PhaseCommands } from '../../../src/engine/service/phase-commands.ts';
import { spec } from './fixtures.ts';
import type { Sample } from './sample.ts';

const cluster = deriveCluster(spec);
const id = 'sample';

const firewallCommands: PhaseCommands = {
  cluster: spec.name,
  title: 'Firewall rules',
  chapter: 3,
  steps: buildFirewallRules(cluster).map((rule) => ({
    title: `firewall rule ${rule.name}`,
    commands: gcloudCommands.firewalls.create(rule).map((script) => ({ script })),
    commandOutput: `name: ${rule.name}\nsourceRanges: ${rule.sourceRanges.join(', ')}\nallow: ${rule.allow.join(', ')}`,
  })),
};

/** One page a machine. */
const etcdCommands: PhaseCommands = {
  cluster: spec.name,
  title: 'etcd',
  chapter: 7,
  steps: cluster.controllerInstances.map((instance) => ({
    title: `etcd on ${instance.name}`,
    commands: [
      {
        runsOn: instance.name,
        script: renderFileWrites([
          {
            path: '/etc/systemd/system/etcd.service',
            content: renderEtcdUnit(cluster, instance, { state: 'new' }),
            mode: 0o644,
          },
        ]),
      },
      { runsOn: instance.name, script: 'systemctl daemon-reload && systemctl enable etcd && systemctl start etcd' },
    ],
    commandOutput: 'https://127.0.0.1:2379 is healthy: successfully committed proposal: took = 9.1ms',
  })),
};

const modals = {
  'being written down': renderPhaseCommandsLoading({ id, value: { page: 0 } }),
  'commands of a phase': renderPhaseCommandsModal({ id, value: { page: 0 }, phaseCommands: firewallCommands }),
  'files and commands on machines': renderPhaseCommandsModal({ id, value: { page: 0 }, phaseCommands: etcdCommands }),
  'the last page': renderPhaseCommandsModal({ id, value: { page: 9 }, phaseCommands: etcdCommands }),
  'nothing to type': renderPhaseCommandsModal({ id, value: { page: 0 }, phaseCommands: undefined }),
};

/** What a person would have typed. */
export const phaseCommandsSamples: readonly Sample[] = Object.entries(modals).map(([name, message]) => ({
  group: 'The hard way',
  name,
  surface: 'modal',
  message,
}));
