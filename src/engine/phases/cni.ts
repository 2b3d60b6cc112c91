import { renderCniBridge, renderCniLoopback } from '../render/cni.ts';
import {
  metadataFirewall,
  renderMetadataFirewallRules,
  renderMetadataFirewallUnit,
} from '../render/metadata-firewall.ts';
import { paths } from '../render/paths.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { verifiedHostKey } from './ssh-host-keys.ts';

export const cniConfig = instanceStepHandle('cni');

/**
 * Configures a bridge on each worker with its pod range, and keeps pods from the metadata server: it serves the data of the
 * instance to every process. Tutorial, chapter 9.
 */
export const cni = definePhase({
  name: 'cni',
  title: 'CNI networking',
  chapter: 9,
  steps: createHostSteps('workerInstances', (instance) => ({
    handle: cniConfig.on(instance),
    title: `pod network ${instance.podCidr} on ${instance.name}`,
    dependsOn: [verifiedHostKey.on(instance)],
    files: () => [
      { path: `${paths.cniConfig}/10-bridge.conflist`, content: renderCniBridge(instance), mode: 0o644 },
      { path: `${paths.cniConfig}/99-loopback.conf`, content: renderCniLoopback(), mode: 0o644 },
      { path: paths.metadataFirewallRules, content: renderMetadataFirewallRules(), mode: 0o644 },
      { path: `${paths.units}/${metadataFirewall.unit}.service`, content: renderMetadataFirewallUnit(), mode: 0o644 },
    ],
    checkScript: () => `systemctl -q is-active ${metadataFirewall.unit} && ${metadataFirewall.checkScript}`,
    removeScript: `systemctl disable -q --now ${metadataFirewall.unit} || true`,
    units: [metadataFirewall.unit],
    applyScript: () =>
      `systemctl daemon-reload && systemctl enable -q ${metadataFirewall.unit} && systemctl restart ${metadataFirewall.unit}`,
  })),
});
