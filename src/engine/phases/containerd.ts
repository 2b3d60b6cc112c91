import { containerdConfig } from '../render/containerd-config.ts';
import { containerdUnit } from '../render/containerd-unit.ts';
import { kernelModules, sysctls } from '../render/kernel-settings.ts';
import { paths } from '../render/paths.ts';
import { registries, registryHosts } from '../render/registry-hosts.ts';
import { images } from '../render/system-images.ts';
import type { HostFile } from '../ssh/ssh-client.ts';
import { machineStep } from '../steps/host-step.ts';
import { definePhase, type Rendering } from '../workflow/step.ts';

/** The container runtime on every worker. Tutorial, chapter 9. */
export const containerd = definePhase({
  name: 'containerd',
  title: 'Container runtime',
  chapter: 9,
  after: ['downloads'],
  steps: (cluster) =>
    cluster.workerMachines.map((machine) =>
      machineStep({
        key: `containerd/${machine.name}`,
        title: `containerd on ${machine.name}`,
        machine,
        after: [`downloads/${machine.name}`],
        files: (c) => runtimeFiles(c),
        check: () => 'systemctl -q is-active containerd',
        undo: 'systemctl disable -q --now containerd || true',
        make: () => `modprobe -a overlay br_netfilter 2>/dev/null || true
sysctl -q -e -p ${paths.sysctls} || true
systemctl daemon-reload && systemctl enable -q containerd && systemctl restart containerd
${fetchAhead(images(cluster.release).pause)}`,
      }),
    ),
});

function runtimeFiles({ cluster, mirror }: Rendering): HostFile[] {
  return [
    { path: paths.kernelModules, content: kernelModules(), mode: 0o644 },
    { path: paths.sysctls, content: sysctls(), mode: 0o644 },
    { path: paths.containerdConfig, content: containerdConfig(cluster.release), mode: 0o644 },
    { path: `${paths.units}/containerd.service`, content: containerdUnit(), mode: 0o600 },
    ...registries.flatMap((registry) => {
      const content = registryHosts(registry, mirror);
      return content === undefined
        ? []
        : [{ path: `${paths.registries}/${registry}/hosts.toml`, content, mode: 0o644 }];
    }),
  ];
}

/** Every first pod waits for this image: it comes while the control plane starts. Should it not, the kubelet pulls it. */
function fetchAhead(image: string): string {
  return `systemd-run -q --no-block --collect ctr -n k8s.io images pull --hosts-dir ${paths.registries} ${image} || true`;
}
