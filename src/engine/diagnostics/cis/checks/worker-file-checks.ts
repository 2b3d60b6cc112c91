import { paths } from '../../../render/paths.ts';
import type { Check } from '../check.ts';
import {
  checkConfigFile,
  checkProcess,
  checkRootOnlyMode,
  checkRootOwnership,
  getField,
  inspectWorkers,
} from '../check-helpers.ts';

/** Files of workers. */
export const workerFileChecks: readonly Check[] = [
  {
    number: '4.1.1',
    title: "the kubelet's unit is root's to read",
    automated: true,
    remediation: '`chmod 600` it',
    inspect: inspectWorkers((facts) => checkRootOnlyMode(facts, `${paths.units}/kubelet.service`)),
  },
  {
    number: '4.1.4',
    title: "kube-proxy's kubeconfig is root's",
    automated: false,
    remediation: '`chown root:root` it',
    inspect: inspectWorkers((facts) => checkRootOwnership(facts, `${paths.kubeProxy}/kubeconfig`)),
  },
  {
    number: '4.1.6',
    title: "the kubelet's kubeconfig is root's",
    automated: true,
    remediation: '`chown root:root` it',
    inspect: inspectWorkers(
      checkProcess('kubelet', ({ flags }, facts) => checkRootOwnership(facts, flags.get('kubeconfig') ?? '')),
    ),
  },
  {
    number: '4.1.8',
    title: "the authority that kubelets trust is root's",
    automated: false,
    remediation: '`chown root:root` it',
    inspect: inspectWorkers((facts) =>
      checkConfigFile('kubelet', 'kubelet', (content) =>
        checkRootOwnership(facts, String(getField(content, 'authentication', 'x509', 'clientCAFile'))),
      )(facts),
    ),
  },
  {
    number: '4.1.9',
    title: "the kubelet's configuration is root's to read",
    automated: true,
    remediation: '`chmod 600` it',
    inspect: inspectWorkers(
      checkProcess('kubelet', ({ flags }, facts) => checkRootOnlyMode(facts, flags.get('config') ?? '')),
    ),
  },
];
