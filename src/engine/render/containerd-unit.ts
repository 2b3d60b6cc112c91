import { paths } from './paths.ts';
import { renderSystemdUnit } from './systemd-unit.ts';

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
