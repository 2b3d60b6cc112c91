import { paths } from './paths.ts';
import { renderSystemdUnit } from './systemd-unit.ts';

/** containerd, after its project's own unit. Containers outlive it, and it manages their cgroups itself. */
export function renderContainerdUnit(): string {
  return renderSystemdUnit({
    description: 'containerd container runtime',
    unit: { Documentation: 'https://containerd.io', After: 'network-online.target', Wants: 'network-online.target' },
    service: {
      Type: 'notify',
      // The minus: a kernel that has them built in has no such modules, and a container may not load any.
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
