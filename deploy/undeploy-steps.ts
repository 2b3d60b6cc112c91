import type { DeploySettings } from './deploy-settings.ts';
import type { DeployStep } from './deploy-step.ts';
import { buildMemberFlag, clusterKeyCondition, getServiceAccountEmail, resourceNames } from './resource-names.ts';

const { keyRole, computeRole, clusterKeyRole, clusterKeyCreatorRole } = resourceNames;
const roles = [keyRole, computeRole, clusterKeyRole, clusterKeyCreatorRole];

/**
 * Steps that delete the deployment, in reverse order; missing resources are ignored. The app itself remains, because
 * App Engine deletes it only with the project; without its service account it cannot do anything. Clusters are not
 * deleted: use `/kthw delete` first.
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
      'Delete the task queue',
      'tasks',
      'queues',
      'delete',
      resourceNames.queue,
      locationFlag,
      projectFlag,
    ),
    ...resourceNames.secrets.map(({ id }) =>
      buildDeleteStep(`Delete the secret ${id}`, 'secrets', 'delete', id, projectFlag),
    ),
    buildUnbindStep(
      'Revoke access to the key',
      ['kms', 'keys'],
      resourceNames.key,
      `projects/${project}/roles/${resourceNames.keyRole}`,
      ...keyFlags,
    ),
    buildUnbindStep('Revoke access to the database', ['projects'], project, 'roles/datastore.user', '--condition=None'),
    buildUnbindStep(
      'Revoke access to Compute Engine',
      ['projects'],
      project,
      `projects/${project}/roles/${resourceNames.computeRole}`,
      // With and without a condition.
      '--all',
    ),
    buildUnbindStep(
      'Revoke access to the keys of clusters',
      ['projects'],
      project,
      `projects/${project}/roles/${resourceNames.clusterKeyRole}`,
      `--condition=${clusterKeyCondition}`,
    ),
    buildUnbindStep(
      'Revoke the right to create keys of clusters',
      ['projects'],
      project,
      `projects/${project}/roles/${resourceNames.clusterKeyCreatorRole}`,
      '--condition=None',
    ),
    ...roles.map((role) => buildDeleteStep(`Delete the role ${role}`, 'iam', 'roles', 'delete', role, projectFlag)),
    buildDeleteStep(
      'Delete the service account',
      'iam',
      'service-accounts',
      'delete',
      getServiceAccountEmail(settings),
      projectFlag,
    ),
    ...(settings.deleteData ? buildDataSteps(settings, keyFlags) : []),
  ];
}

/** Keys cannot be deleted, only their versions; Google keeps those for 30 days, during which they can be restored. */
function buildDataSteps({ project }: DeploySettings, keyFlags: readonly string[]): DeployStep[] {
  const projectFlag = `--project=${project}`;
  const database = '--database=(default)';
  return [
    {
      description: 'Disable delete protection of the database',
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
      description: 'Delete the database with all cluster records, events and secrets',
      command: ['gcloud', 'firestore', 'databases', 'delete', database, projectFlag, '--quiet'],
      ignoreErrors: true,
    },
    {
      description:
        'Destroy version 1 of the key: data encrypted with it, including backups, becomes unreadable (destroy later versions in the console)',
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
