import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import { gcloudCommands } from '../../../src/engine/manual/gcloud-commands.ts';
import { renderFileWrites } from '../../../src/engine/manual/host-commands.ts';
import { buildFirewallRules } from '../../../src/engine/phases/firewall.ts';
import { renderEtcdUnit } from '../../../src/engine/render/etcd-unit.ts';
import type { PhaseCommands } from '../../../src/engine/service/phase-commands.ts';
import { spec } from './fixtures.ts';
import type { SampleCatalogue } from './sample.ts';

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

/** One page per instance. */
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

/** Frozen texts, so that snapshots don't depend on the tutorial's files. */
const sampleCommands: PhaseCommands = {
  cluster: spec.name,
  title: 'etcd',
  chapter: 7,
  steps: ['demo-controller-0', 'demo-controller-1'].map((host) => ({
    title: `etcd on ${host}`,
    commands: [
      { script: `gcloud compute ssh ${host}` },
      { runsOn: host, script: `systemctl enable --now etcd\n${'# configuration\n'.repeat(200)}` },
    ],
    commandOutput: 'https://127.0.0.1:2379 is healthy',
  })),
};

/** Equivalent manual commands of a phase. */
export const phaseCommandsSamples = {
  renderPhaseCommandsLoading: {
    group: 'Manual steps',
    surface: 'modal',
    states: { loading: [{ id, value: { page: 0 } }] },
  },
  renderPhaseCommandsModal: {
    group: 'Manual steps',
    surface: 'modal',
    states: {
      'first page': [{ id, value: { page: 0 }, phaseCommands: sampleCommands }],
      'last page': [{ id, value: { page: 9 }, phaseCommands: sampleCommands }],
      'no manual steps': [{ id, value: { page: 0 }, phaseCommands: undefined }],
    },
    liveStates: {
      'commands on your workstation': [{ id, value: { page: 0 }, phaseCommands: firewallCommands }],
      'files and commands on an instance': [{ id, value: { page: 0 }, phaseCommands: etcdCommands }],
    },
  },
} satisfies Partial<SampleCatalogue>;
