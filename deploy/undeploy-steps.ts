import type { Settings } from './deploy-settings.ts';
import { projectNumber, type Step } from './deploy-step.ts';
import { accountOf, memberOf, names } from './resource-names.ts';

/**
 * Takes down what deploy made, in the opposite order; what is gone already is no error. The app itself stays, because App
 * Engine deletes it with the project only: without its account it can do nothing. Clusters are not touched: delete them
 * before, by `/kthw delete`.
 */
export function undeploySteps(settings: Settings): Step[] {
  const { project, location } = settings;
  const inProject = `--project=${project}`;
  const at = `--location=${location}`;
  const onKey = [`--keyring=${names.keyring}`, at, inProject];
  const member = memberOf(settings);
  const gone = (why: string, ...run: readonly string[]): Step => ({
    why,
    run: ['gcloud', ...run, '--quiet'],
    mayFail: true,
  });
  const unbind = (why: string, group: readonly string[], on: string, role: string, ...more: readonly string[]) =>
    gone(why, ...group, 'remove-iam-policy-binding', on, member, `--role=${role}`, ...more, '--format=none');
  return [
    gone('no task calls the bot any more', 'tasks', 'queues', 'delete', names.queue, at, inProject),
    ...names.secrets.map(({ id }) => gone(`${id}, with its value`, 'secrets', 'delete', id, inProject)),
    unbind(
      'the key is the bot’s no more',
      ['kms', 'keys'],
      names.key,
      `projects/${project}/roles/${names.keyRole}`,
      ...onKey,
    ),
    unbind('nor the database', ['projects'], project, 'roles/datastore.user', '--condition=None'),
    unbind(
      'nor machines',
      ['iam', 'service-accounts'],
      `${projectNumber}-compute@developer.gserviceaccount.com`,
      'roles/iam.serviceAccountUser',
      inProject,
    ),
    unbind(
      'nor Compute Engine',
      ['projects'],
      project,
      `projects/${project}/roles/${names.computeRole}`,
      '--condition=None',
    ),
    gone(`the role ${names.keyRole}`, 'iam', 'roles', 'delete', names.keyRole, inProject),
    gone(`the role ${names.computeRole}`, 'iam', 'roles', 'delete', names.computeRole, inProject),
    gone('the account', 'iam', 'service-accounts', 'delete', accountOf(settings), inProject),
    ...(settings.deleteData ? dataSteps(settings, onKey) : []),
  ];
}

/** A key can't be deleted, only its versions; Google keeps them for 30 days, in which they can be restored. */
function dataSteps({ project }: Settings, onKey: readonly string[]): Step[] {
  const inProject = `--project=${project}`;
  const database = '--database=(default)';
  return [
    {
      why: 'the database may be deleted',
      run: ['gcloud', 'firestore', 'databases', 'update', database, '--no-delete-protection', inProject, '--quiet'],
      mayFail: true,
    },
    {
      why: 'the database, with every cluster’s record, events and secrets',
      run: ['gcloud', 'firestore', 'databases', 'delete', database, inProject, '--quiet'],
      mayFail: true,
    },
    {
      why: 'the first version of the key: what it wrapped can’t be opened, backups neither (later versions: in the console)',
      run: ['gcloud', 'kms', 'keys', 'versions', 'destroy', '1', `--key=${names.key}`, ...onKey, '--quiet'],
      mayFail: true,
    },
  ];
}
