import { basename } from 'node:path/posix';
import { paths } from '../../../render/paths.ts';
import type { BasicOutcome, Check } from '../check.ts';
import {
  checkFile,
  checkProcess,
  checkRootOwnership,
  type Facts,
  findWorst,
  inspectControllers,
} from '../check-helpers.ts';

/** Files of controllers. */
export const controlPlaneFileChecks: readonly Check[] = [
  {
    number: '1.1.12',
    title: "etcd's data is etcd's own",
    automated: true,
    remediation: 'run etcd as the user `etcd`, and give it its folder with `chown -R etcd:etcd`',
    inspect: inspectControllers(
      checkProcess('etcd', ({ flags }, facts) => {
        const path = flags.get('data-dir') ?? paths.etcdData;
        return checkFile(
          facts,
          path,
          ({ owner }): BasicOutcome =>
            owner === 'etcd:etcd' ? 'right' : { failure: `${path} belongs to \`${owner}\`` },
        );
      }),
    ),
  },
  {
    number: '1.1.14',
    title: "an admin's kubeconfig is root's, where there is one",
    automated: true,
    remediation: "remove it: `/kthw kubeconfig` gives people their own, and the engine's never rests on a machine",
    inspect: inspectControllers((facts) =>
      checkFilesOwnedByRoot(facts, (path) => /^(super-)?admin.*\.(conf|kubeconfig)$/.test(basename(path))),
    ),
  },
  createKubeconfigCheck('1.1.16', 'kube-scheduler', "the scheduler's kubeconfig is root's"),
  createKubeconfigCheck('1.1.18', 'kube-controller-manager', "the controller manager's kubeconfig is root's"),
  {
    number: '1.1.19',
    title: "certificates and keys are root's",
    automated: true,
    remediation: '`chown -R root:root` those folders',
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
    ...{ number, title, automated: true },
    remediation: "`chown root:root` it: the service's user gets a copy at its start",
    inspect: inspectControllers((facts) =>
      findWorst([
        checkRootOwnership(facts, `${paths.kubernetes}/${service}.kubeconfig`),
        checkRuntimeCopies(facts, service),
      ]),
    ),
  };
}

function checkFilesOwnedByRoot(facts: Facts, isIncluded: (path: string) => boolean): BasicOutcome {
  return findWorst([...facts.files.keys()].filter(isIncluded).map((path) => checkRootOwnership(facts, path)));
}

/** What a service has of root's files while it runs is its user's alone. */
function checkRuntimeCopies(facts: Facts, service?: string): BasicOutcome {
  const copies = [...facts.files].flatMap(([path, { mode, owner }]) => {
    const [, copyService] = /^\/run\/([^/]+)\//.exec(path) ?? [];
    if (copyService === undefined || (service !== undefined && copyService !== service)) return [];
    const hasExpectedOwner = owner.startsWith(`${facts.processes.get(copyService)?.user}:`) || owner === 'root:root';
    return hasExpectedOwner && (mode & 0o077) === 0
      ? []
      : [`${path} is \`${owner}\` with mode \`${mode.toString(8)}\``];
  });
  return copies[0] === undefined ? 'right' : { failure: copies[0] };
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
