import { paths } from '../../../render/paths.ts';
import type { Item } from '../check.ts';
import { field, isClosed, isRoots, of, onWorkers, text } from '../check-helpers.ts';

/** Files of workers. */
export const workerFiles: readonly Item[] = [
  {
    number: '4.1.1',
    title: "the kubelet's unit is root's to read",
    automated: true,
    remedy: '`chmod 600` it',
    look: onWorkers((facts) => isClosed(facts, `${paths.units}/kubelet.service`)),
  },
  {
    number: '4.1.4',
    title: "kube-proxy's kubeconfig is root's",
    automated: false,
    remedy: '`chown root:root` it',
    look: onWorkers((facts) => isRoots(facts, `${paths.kubeProxy}/kubeconfig`)),
  },
  {
    number: '4.1.6',
    title: "the kubelet's kubeconfig is root's",
    automated: true,
    remedy: '`chown root:root` it',
    look: onWorkers(of('kubelet', ({ flags }, facts) => isRoots(facts, flags.get('kubeconfig') ?? ''))),
  },
  {
    number: '4.1.8',
    title: "the authority that kubelets trust is root's",
    automated: false,
    remedy: '`chown root:root` it',
    look: onWorkers((facts) =>
      text('kubelet', 'kubelet', (content) =>
        isRoots(facts, String(field(content, 'authentication', 'x509', 'clientCAFile'))),
      )(facts),
    ),
  },
  {
    number: '4.1.9',
    title: "the kubelet's configuration is root's to read",
    automated: true,
    remedy: '`chmod 600` it',
    look: onWorkers(of('kubelet', ({ flags }, facts) => isClosed(facts, flags.get('config') ?? ''))),
  },
];
