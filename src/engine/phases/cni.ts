import { cniBridge } from '../render/cni-bridge.ts';
import { cniLoopback } from '../render/cni-loopback.ts';
import { paths } from '../render/paths.ts';
import { machineStep } from '../steps/host-step.ts';
import { definePhase } from '../workflow/step.ts';

/** Networking of pods: a bridge on each worker, with addresses of its own range. Tutorial, chapter 9. */
export const cni = definePhase({
  name: 'cni',
  title: 'Pod networking',
  chapter: 9,
  after: ['host-keys'],
  steps: (cluster) =>
    cluster.workerMachines.map((machine) =>
      machineStep({
        key: `cni/${machine.name}`,
        title: `pod network ${machine.podCidr} on ${machine.name}`,
        machine,
        after: [`host-keys/${machine.name}`],
        files: () => [
          { path: `${paths.cniConfig}/10-bridge.conf`, content: cniBridge(machine), mode: 0o644 },
          { path: `${paths.cniConfig}/99-loopback.conf`, content: cniLoopback(), mode: 0o644 },
        ],
      }),
    ),
});
