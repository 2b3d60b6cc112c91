import { basename } from 'node:path/posix';
import { paths } from '../../../render/paths.ts';
import type { BasicOutcome, Check } from '../check.ts';
import { checkOwnership, checkRootOwnership } from '../check-ownership.ts';
import { checkProcess } from '../check-process.ts';
import { findWorst } from '../find-worst.ts';
import type { HostFacts } from '../host-facts.ts';
import { inspectControllers } from '../inspect-controllers.ts';

/** Checks of files on controllers. */
export const controlPlaneFileChecks: readonly Check[] = [
  {
    number: '1.1.12',
    title: 'etcd data directory owned by `etcd:etcd`',
    automated: true,
    remediation: 'run etcd as the user `etcd` and `chown -R etcd:etcd` its data directory',
    inspect: inspectControllers(
      checkProcess('etcd', ({ flags }, facts) =>
        checkOwnership(facts, flags.get('data-dir') ?? paths.etcdData, 'etcd:etcd'),
      ),
    ),
  },
  {
    number: '1.1.14',
    title: 'admin kubeconfig owned by `root:root`',
    automated: true,
    remediation: 'delete it; users get personal kubeconfigs with `/kthw kubeconfig`',
    inspect: inspectControllers((facts) =>
      checkFilesOwnedByRoot(facts, (path) => /^(super-)?admin.*\.(conf|kubeconfig)$/.test(basename(path))),
    ),
  },
  createKubeconfigCheck('1.1.16', 'kube-scheduler', 'scheduler kubeconfig owned by `root:root`'),
  createKubeconfigCheck('1.1.18', 'kube-controller-manager', 'controller manager kubeconfig owned by `root:root`'),
  {
    number: '1.1.19',
    title: 'PKI directories and files owned by `root:root`',
    automated: true,
    remediation: '`chown -R root:root` these directories',
    inspect: inspectControllers((facts) =>
      findWorst([
        checkRootOwnership(facts, paths.kubernetes),
        checkRootOwnership(facts, paths.etcdConfig),
        checkFilesOwnedByRoot(facts, (path) => isBelow(path, paths.kubernetes) || isBelow(path, paths.etcdConfig)),
        checkRuntimeCopies(facts),
      ]),
    ),
  },
];

function createKubeconfigCheck(number: string, service: string, title: string): Check {
  return {
    number,
    title,
    automated: true,
    remediation: '`chown root:root` it; the service user gets a copy at startup',
    inspect: inspectControllers((facts) =>
      findWorst([
        checkRootOwnership(facts, `${paths.kubernetes}/${service}.kubeconfig`),
        checkRuntimeCopies(facts, service),
      ]),
    ),
  };
}

function checkFilesOwnedByRoot(facts: HostFacts, isIncluded: (path: string) => boolean): BasicOutcome {
  return findWorst([...facts.files.keys()].filter(isIncluded).map((path) => checkRootOwnership(facts, path)));
}

/** Checks that the runtime copies of root's files are accessible to the service user only. */
function checkRuntimeCopies(facts: HostFacts, service?: string): BasicOutcome {
  const copies = [...facts.files].flatMap(([path, { mode, owner }]) => {
    const [, copyService] = /^\/run\/([^/]+)\//.exec(path) ?? [];
    if (copyService === undefined || (service !== undefined && copyService !== service)) return [];
    const hasExpectedOwner = owner.startsWith(`${facts.processes.get(copyService)?.user}:`) || owner === 'root:root';
    return hasExpectedOwner && (mode & 0o077) === 0
      ? []
      : [`${path} is owned by \`${owner}\` with mode \`${mode.toString(8)}\``];
  });
  return copies[0] === undefined ? 'pass' : { failure: copies[0] };
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
