import type { Release } from '../cluster/releases.ts';
import { getCgroupDriver } from './cgroup-driver.ts';
import { paths } from './paths.ts';
import { getSystemImages } from './system-images.ts';
import { renderSystemdUnit } from './systemd-unit.ts';

/** Renders the containerd configuration. containerd 2 split the CRI plugin, so its configuration has a different structure. */
export function renderContainerdConfig(release: Release): string {
  const settings = { sandbox: getSystemImages(release).pause, systemdCgroup: getCgroupDriver(release) === 'systemd' };
  return release.containerd.startsWith('1.') ? renderConfigVersion2(settings) : renderConfigVersion3(settings);
}

interface ContainerdSettings {
  readonly sandbox: string;
  readonly systemdCgroup: boolean;
}

/** Without `restrict_oom_score_adj`, containers fail to start where containerd can't lower OOM scores. */
function renderConfigVersion2({ sandbox, systemdCgroup }: ContainerdSettings): string {
  return `version = 2

[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "${sandbox}"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = ${systemdCgroup}

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${paths.cniBin}"
    conf_dir = "${paths.cniConfig}"

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${paths.registryHosts}"
`;
}

function renderConfigVersion3({ sandbox, systemdCgroup }: ContainerdSettings): string {
  return `version = 3

[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"

  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "${sandbox}"

  [plugins."io.containerd.cri.v1.images".registry]
    config_path = "${paths.registryHosts}"

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true

  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"

  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      SystemdCgroup = ${systemdCgroup}

  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["${paths.cniBin}"]
    conf_dir = "${paths.cniConfig}"
`;
}

/** Renders the containerd unit, based on upstream's. Containers survive its restart, and it manages their cgroups. */
export function renderContainerdUnit(): string {
  return renderSystemdUnit({
    description: 'containerd container runtime',
    unit: { Documentation: 'https://containerd.io', After: 'network-online.target', Wants: 'network-online.target' },
    service: {
      Type: 'notify',
      // `-` ignores failures: the modules may be built in, and containers can't load modules.
      ExecStartPre: '-/sbin/modprobe -a overlay br_netfilter',
      ExecStart: `${paths.bin}/containerd`,
      Delegate: 'yes',
      KillMode: 'process',
      OOMScoreAdjust: '-999',
      LimitNOFILE: '1048576',
      TasksMax: 'infinity',
      Restart: 'always',
    },
  });
}
