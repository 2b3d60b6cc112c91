import { renderCniBridge } from '../render/cni-bridge.ts';
import { renderCniLoopback } from '../render/cni-loopback.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/define-phase.ts';
import { hostStep } from '../steps/host-step.ts';

/** Networking of pods: a bridge on each worker, with addresses of its own range. Tutorial, chapter 9. */
export const cni = definePhase({
  name: 'cni',
  title: 'Pod networking',
  chapter: 9,
  dependsOn: ['host-keys'],
  steps: (cluster) =>
    cluster.workerInstances.map((instance) =>
      hostStep({
        key: `cni/${instance.name}`,
        title: `pod network ${instance.podCidr} on ${instance.name}`,
        instance,
        dependsOn: [`host-keys/${instance.name}`],
        files: () => [
          { path: `${paths.cniConfig}/10-bridge.conf`, content: renderCniBridge(instance), mode: 0o644 },
          { path: `${paths.cniConfig}/99-loopback.conf`, content: renderCniLoopback(), mode: 0o644 },
        ],
      }),
    ),
});
