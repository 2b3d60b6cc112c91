import { paths } from './paths.ts';
import { renderCommandLine, renderSystemdUnit } from './systemd-unit.ts';

/** Renders the kube-proxy unit, identical on all workers. */
export function renderKubeProxyUnit(): string {
  return renderSystemdUnit({
    description: 'Kubernetes proxy',
    unit: {
      Documentation: 'https://kubernetes.io/docs/reference/command-line-tools-reference/kube-proxy/',
      After: 'network-online.target',
      Wants: 'network-online.target',
    },
    service: {
      ExecStart: renderCommandLine(`${paths.bin}/kube-proxy`, {
        config: `${paths.kubeProxy}/kube-proxy-config.yaml`,
        v: '2',
      }),
    },
  });
}
