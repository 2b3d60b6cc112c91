import { paths } from './paths.ts';
import { buildServiceUserSettings } from './service-user.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

/** Renders the scheduler unit, identical on all controllers. It listens on loopback, because only local probes read its health. */
export function renderKubeSchedulerUnit(): string {
  const start = renderCommandLine(`${paths.bin}/kube-scheduler`, {
    config: `${paths.kubernetesConfig}/kube-scheduler.yaml`,
    'bind-address': '127.0.0.1',
    // The configuration file decides; this flag is for scanners that read the command line.
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
