import { paths } from '../../../render/paths.ts';
import type { Check } from '../check.ts';
import { checkRootOnlyMode, checkRootOwnership } from '../check-ownership.ts';
import { checkConfigFile, checkProcess } from '../check-process.ts';
import { getField } from '../get-field.ts';
import { inspectWorkers } from '../inspect-controllers.ts';

/** Checks of files on workers. */
export const workerFileChecks: readonly Check[] = [
  {
    number: '4.1.1',
    title: 'kubelet unit file mode 600 or stricter',
    automated: true,
    remediation: '`chmod 600` it',
    inspect: inspectWorkers((facts) => checkRootOnlyMode(facts, `${paths.units}/kubelet.service`)),
  },
  {
    number: '4.1.4',
    title: 'kube-proxy kubeconfig owned by `root:root`',
    automated: false,
    remediation: '`chown root:root` it',
    inspect: inspectWorkers((facts) => checkRootOwnership(facts, `${paths.kubeProxy}/kubeconfig`)),
  },
  {
    number: '4.1.6',
    title: 'kubelet kubeconfig owned by `root:root`',
    automated: true,
    remediation: '`chown root:root` it',
    inspect: inspectWorkers(
      checkProcess('kubelet', ({ flags }, facts) => checkRootOwnership(facts, flags.get('kubeconfig') ?? '')),
    ),
  },
  {
    number: '4.1.8',
    title: 'kubelet client CA file owned by `root:root`',
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
    title: 'kubelet configuration file mode 600 or stricter',
    automated: true,
    remediation: '`chmod 600` it',
    inspect: inspectWorkers(
      checkProcess('kubelet', ({ flags }, facts) => checkRootOnlyMode(facts, flags.get('config') ?? '')),
    ),
  },
];
