import { basename } from 'node:path/posix';
import { paths } from '../../../render/paths.ts';
import type { Item, Plain } from '../check.ts';
import { type Facts, file, isRoots, of, onControllers, worst } from '../check-helpers.ts';

/** Files of controllers. */
export const controlPlaneFiles: readonly Item[] = [
  {
    number: '1.1.12',
    title: "etcd's data is etcd's own",
    automated: true,
    remedy: 'run etcd as the user `etcd`, and give it its folder with `chown -R etcd:etcd`',
    look: onControllers(
      of('etcd', ({ flags }, facts) => {
        const path = flags.get('data-dir') ?? paths.etcdData;
        return file(
          facts,
          path,
          ({ owner }): Plain => (owner === 'etcd:etcd' ? 'right' : { wrong: `${path} belongs to \`${owner}\`` }),
        );
      }),
    ),
  },
  {
    number: '1.1.14',
    title: "an admin's kubeconfig is root's, where there is one",
    automated: true,
    remedy: "remove it: `/kthw kubeconfig` gives people their own, and the engine's never rests on a machine",
    look: onControllers((facts) =>
      allRoots(facts, (path) => /^(super-)?admin.*\.(conf|kubeconfig)$/.test(basename(path))),
    ),
  },
  kubeconfigOf('1.1.16', 'kube-scheduler', "the scheduler's kubeconfig is root's"),
  kubeconfigOf('1.1.18', 'kube-controller-manager', "the controller manager's kubeconfig is root's"),
  {
    number: '1.1.19',
    title: "certificates and keys are root's",
    automated: true,
    remedy: '`chown -R root:root` those folders',
    look: onControllers((facts) =>
      worst([
        isRoots(facts, paths.kubernetes),
        isRoots(facts, paths.etcdConfig),
        allRoots(facts, (path) => isBelow(path, paths.kubernetes) || isBelow(path, paths.etcdConfig)),
        copiesAreClosed(facts),
      ]),
    ),
  },
];

function kubeconfigOf(number: string, service: string, title: string): Item {
  return {
    ...{ number, title, automated: true },
    remedy: "`chown root:root` it: the service's user gets a copy at its start",
    look: onControllers((facts) =>
      worst([isRoots(facts, `${paths.kubernetes}/${service}.kubeconfig`), copiesAreClosed(facts, service)]),
    ),
  };
}

function allRoots(facts: Facts, which: (path: string) => boolean): Plain {
  return worst([...facts.files.keys()].filter(which).map((path) => isRoots(facts, path)));
}

/** What a service has of root's files while it runs is its user's alone. */
function copiesAreClosed(facts: Facts, service?: string): Plain {
  const copies = [...facts.files].flatMap(([path, { mode, owner }]) => {
    const [, of] = /^\/run\/([^/]+)\//.exec(path) ?? [];
    if (of === undefined || (service !== undefined && of !== service)) return [];
    const isOwn = owner.startsWith(`${facts.processes.get(of)?.user}:`) || owner === 'root:root';
    return isOwn && (mode & 0o077) === 0 ? [] : [`${path} is \`${owner}\` with mode \`${mode.toString(8)}\``];
  });
  return copies[0] === undefined ? 'right' : { wrong: copies[0] };
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
