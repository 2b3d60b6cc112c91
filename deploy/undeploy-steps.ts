import type { DeploySettings } from './deploy-settings.ts';
import { type DeployStep, projectNumberPlaceholder } from './deploy-step.ts';
import { buildMemberFlag, getServiceAccountEmail, resourceNames } from './resource-names.ts';

/**
 * Takes down what deploy made, in the opposite order; what is gone already is no error. The app itself stays, because App
 * Engine deletes it with the project only: without its account it can do nothing. Clusters are not touched: delete them
 * before, by `/kthw delete`.
 */
export function buildUndeploySteps(settings: DeploySettings): DeployStep[] {
  const { project, location } = settings;
  const projectFlag = `--project=${project}`;
  const locationFlag = `--location=${location}`;
  const keyFlags = [`--keyring=${resourceNames.keyring}`, locationFlag, projectFlag];
  const memberFlag = buildMemberFlag(settings);
  const buildDeleteStep = (description: string, ...args: readonly string[]): DeployStep => ({
    description,
    command: ['gcloud', ...args, '--quiet'],
    ignoreErrors: true,
  });
  const buildUnbindStep = (
    description: string,
    group: readonly string[],
    resource: string,
    role: string,
    ...flags: readonly string[]
  ) =>
    buildDeleteStep(
      description,
      ...group,
      'remove-iam-policy-binding',
      resource,
      memberFlag,
      `--role=${role}`,
      ...flags,
      '--format=none',
    );
  return [
    buildDeleteStep(
      'no task calls the bot any more',
      'tasks',
      'queues',
      'delete',
      resourceNames.queue,
      locationFlag,
      projectFlag,
    ),
    ...resourceNames.secrets.map(({ id }) =>
      buildDeleteStep(`${id}, with its value`, 'secrets', 'delete', id, projectFlag),
    ),
    buildUnbindStep(
      'the key is the bot’s no more',
      ['kms', 'keys'],
      resourceNames.key,
      `projects/${project}/roles/${resourceNames.keyRole}`,
      ...keyFlags,
    ),
    buildUnbindStep('nor the database', ['projects'], project, 'roles/datastore.user', '--condition=None'),
    buildUnbindStep(
      'nor machines',
      ['iam', 'service-accounts'],
      `${projectNumberPlaceholder}-compute@developer.gserviceaccount.com`,
      'roles/iam.serviceAccountUser',
      projectFlag,
    ),
    buildUnbindStep(
      'nor Compute Engine',
      ['projects'],
      project,
      `projects/${project}/roles/${resourceNames.computeRole}`,
      '--condition=None',
    ),
    buildDeleteStep(`the role ${resourceNames.keyRole}`, 'iam', 'roles', 'delete', resourceNames.keyRole, projectFlag),
    buildDeleteStep(
      `the role ${resourceNames.computeRole}`,
      'iam',
      'roles',
      'delete',
      resourceNames.computeRole,
      projectFlag,
    ),
    buildDeleteStep('the account', 'iam', 'service-accounts', 'delete', getServiceAccountEmail(settings), projectFlag),
    ...(settings.deleteData ? buildDataSteps(settings, keyFlags) : []),
  ];
}

/** A key can't be deleted, only its versions; Google keeps them for 30 days, in which they can be restored. */
function buildDataSteps({ project }: DeploySettings, keyFlags: readonly string[]): DeployStep[] {
  const projectFlag = `--project=${project}`;
  const database = '--database=(default)';
  return [
    {
      description: 'the database may be deleted',
      command: [
        'gcloud',
        'firestore',
        'databases',
        'update',
        database,
        '--no-delete-protection',
        projectFlag,
        '--quiet',
      ],
      ignoreErrors: true,
    },
    {
      description: 'the database, with every cluster’s record, events and secrets',
      command: ['gcloud', 'firestore', 'databases', 'delete', database, projectFlag, '--quiet'],
      ignoreErrors: true,
    },
    {
      description:
        'the first version of the key: what it wrapped can’t be opened, backups neither (later versions: in the console)',
      command: [
        'gcloud',
        'kms',
        'keys',
        'versions',
        'destroy',
        '1',
        `--key=${resourceNames.key}`,
        ...keyFlags,
        '--quiet',
      ],
      ignoreErrors: true,
    },
  ];
}
