import { paths } from './paths.ts';
import { buildServiceUserSettings } from './service-user.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

/** The scheduler, the same on every controller. It listens on loopback, since only the machine itself asks for its health. */
export function renderKubeSchedulerUnit(): string {
  const start = renderCommandLine(`${paths.bin}/kube-scheduler`, {
    config: `${paths.kubernetesConfig}/kube-scheduler.yaml`,
    'bind-address': '127.0.0.1',
    // Heeded by the configuration alone; here for who looks at the command line.
    profiling: 'false',
    v: '2',
  });
  return renderSystemdUnit({
    description: 'Kubernetes scheduler',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/',
      After: 'kube-apiserver.service',
    },
    service: {
      ...buildServiceUserSettings('kube-scheduler', { credentials: [paths.schedulerKubeconfig] }),
      ExecStart: start,
    },
  });
}
