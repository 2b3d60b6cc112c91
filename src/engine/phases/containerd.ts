import { renderContainerdConfig, renderContainerdUnit } from '../render/containerd.ts';
import { renderKernelModules, renderSysctls } from '../render/kernel-modules.ts';
import { paths } from '../render/paths.ts';
import { registries, renderRegistryHosts } from '../render/registry-hosts.ts';
import { getSystemImages } from '../render/system-images.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { definePhase } from '../steps/cluster-step.ts';
import { createHostSteps } from '../steps/host-step.ts';
import type { RenderContext } from '../steps/step-context.ts';
import { instanceStepHandle } from '../workflow/step-handle.ts';
import { downloadedComponents } from './downloads.ts';

export const containerRuntime = instanceStepHandle('containerd');

/** The container runtime on every worker. Tutorial, chapter 9. */
export const containerd = definePhase({
  name: 'containerd',
  title: 'Container runtime',
  chapter: 9,
  steps: createHostSteps('workerInstances', (instance, cluster) => ({
    handle: containerRuntime.on(instance),
    title: `containerd on ${instance.name}`,
    dependsOn: [downloadedComponents.on(instance)],
    files: (c) => buildRuntimeFiles(c),
    checkScript: () => 'systemctl -q is-active containerd',
    removeScript: 'systemctl disable -q --now containerd || true',
    units: ['containerd'],
    applyScript: () => `modprobe -a overlay br_netfilter 2>/dev/null || true
sysctl -q -e -p ${paths.sysctls} || true
systemctl daemon-reload && systemctl enable -q containerd && systemctl restart containerd
${renderImagePrefetch(getSystemImages(cluster.release).pause)}`,
  })),
});

function buildRuntimeFiles({ cluster, mirror }: RenderContext): HostFile[] {
  return [
    { path: paths.kernelModules, content: renderKernelModules(), mode: 0o644 },
    { path: paths.sysctls, content: renderSysctls(), mode: 0o644 },
    { path: paths.containerdConfig, content: renderContainerdConfig(cluster.release), mode: 0o644 },
    { path: `${paths.units}/containerd.service`, content: renderContainerdUnit(), mode: 0o600 },
    ...registries.flatMap((registry) => {
      const content = renderRegistryHosts(registry, mirror);
      return content === undefined
        ? []
        : [{ path: `${paths.registryHosts}/${registry}/hosts.toml`, content, mode: 0o644 }];
    }),
  ];
}

/** Pulls the pause image in the background, because the first pod on a node waits for it. If it fails, the kubelet pulls it. */
function renderImagePrefetch(image: string): string {
  return `systemd-run -q --no-block --collect ctr -n k8s.io images pull --hosts-dir ${paths.registryHosts} ${image} || true`;
}
