import type { DeploySettings } from './deploy-settings.ts';
import type { DeployStep } from './deploy-step.ts';
import { findForeignInstances } from './find-foreign-instances.ts';
import { buildNamePrefixCondition } from './name-prefix-condition.ts';
import {
  clusterKeyCreatorPermissions,
  clusterKeyPermissions,
  computePermissions,
  keyPermissions,
} from './permissions.ts';
import {
  buildMemberFlag,
  clusterKeyCondition,
  getServiceAccountEmail,
  renderedAppYamlPath,
  requiredApis,
  resourceNames,
} from './resource-names.ts';

/** Steps that deploy kthw to a project, in order. Every step is idempotent. */
export function buildDeploySteps(settings: DeploySettings): DeployStep[] {
  const { project, location } = settings;
  const projectFlag = `--project=${project}`;
  const locationFlag = `--location=${location}`;
  const keyFlags = [`--keyring=${resourceNames.keyring}`, locationFlag, projectFlag];
  const memberFlag = buildMemberFlag(settings);
  return [
    ...(settings.allowForeignInstances ? [] : [buildProjectCheck(projectFlag)]),
    {
      description: 'Enable the APIs that kthw calls',
      command: ['gcloud', 'services', 'enable', ...requiredApis, projectFlag],
    },
    {
      description: 'Create the bot’s service account',
      check: buildListCommand(
        ['iam', 'service-accounts'],
        `email=${getServiceAccountEmail(settings)}`,
        'email',
        projectFlag,
      ),
      command: [
        'gcloud',
        'iam',
        'service-accounts',
        'create',
        resourceNames.account,
        '--display-name=kthw, the bot',
        projectFlag,
      ],
    },
    ...buildRoleSteps(settings, resourceNames.computeRole, 'kthw: Compute Engine access', computePermissions),
    ...buildRoleSteps(settings, resourceNames.keyRole, 'kthw: key access', keyPermissions),
    ...buildComputeGrantSteps(settings),
    {
      description: 'Create the database',
      // The name is `(default)`, but parentheses have a special meaning in filters.
      check: buildListCommand(['firestore', 'databases'], 'name~/.default.$', 'name', projectFlag),
      command: [
        ...['gcloud', 'firestore', 'databases', 'create', '--database=(default)', locationFlag],
        ...['--type=firestore-native', '--delete-protection', projectFlag],
      ],
    },
    {
      description: 'Grant the bot access to the database',
      command: buildBindCommand(['projects'], project, memberFlag, 'roles/datastore.user', ['--condition=None']),
    },
    {
      description: 'Create the key ring',
      check: buildListCommand(
        ['kms', 'keyrings'],
        `name~/${resourceNames.keyring}$`,
        'name',
        locationFlag,
        projectFlag,
      ),
      command: ['gcloud', 'kms', 'keyrings', 'create', resourceNames.keyring, locationFlag, projectFlag],
    },
    {
      description:
        'Create the key that wraps each cluster’s data key; rotated every 90 days (`npm run rewrap` re-encrypts)',
      check: buildListCommand(['kms', 'keys'], `name~/${resourceNames.key}$`, 'name', ...keyFlags),
      command: [
        ...['gcloud', 'kms', 'keys', 'create', resourceNames.key, '--purpose=encryption'],
        ...['--rotation-period=90d', '--next-rotation-time=+p90d', ...keyFlags],
      ],
    },
    {
      description: 'Grant the bot access to this key only',
      command: buildBindCommand(
        ['kms', 'keys'],
        resourceNames.key,
        memberFlag,
        `projects/${project}/roles/${resourceNames.keyRole}`,
        keyFlags,
      ),
    },
    ...buildClusterKeySteps(settings),
    ...resourceNames.secrets.flatMap(({ id, prompt }) => buildSecretSteps(settings, id, prompt)),
    ...buildQueueSteps(settings),
    {
      description: 'Create the App Engine application; its region can’t be changed later',
      check: ['gcloud', 'app', 'describe', '--format=value(id)', projectFlag],
      ignoreCheckErrors: true,
      command: ['gcloud', 'app', 'create', `--region=${toAppEngineRegion(location)}`, projectFlag],
    },
    {
      description: `Deploy the bot with ${renderedAppYamlPath}`,
      command: ['gcloud', 'app', 'deploy', '.', `--appyaml=${renderedAppYamlPath}`, projectFlag, '--quiet'],
    },
  ];
}

/** The bot's role applies to the whole project, so the project must have no other instances. */
function buildProjectCheck(projectFlag: string): DeployStep {
  return {
    description: 'Check that all instances of the project are kthw’s; --allow-foreign-instances skips this',
    // Without the API there are no instances, and gcloud would ask to enable it.
    check: [
      ...['gcloud', 'services', 'list', '--enabled', '--filter=config.name=compute.googleapis.com'],
      ...['--format=value(config.name)', projectFlag],
    ],
    runWhen: 'found',
    command: ['gcloud', 'compute', 'instances', 'list', '--format=json(name,zone,labels)', projectFlag],
    findObstacle: findForeignInstances,
  };
}

/** With a name prefix, replaces a binding without condition that an earlier deployment made. */
function buildComputeGrantSteps(settings: DeploySettings): DeployStep[] {
  const { project, namePrefix } = settings;
  const memberFlag = buildMemberFlag(settings);
  const role = `projects/${project}/roles/${resourceNames.computeRole}`;
  if (namePrefix === undefined)
    return [
      {
        description: 'Grant the bot the Compute Engine role',
        command: buildBindCommand(['projects'], project, memberFlag, role, ['--condition=None']),
      },
    ];
  const condition = `--condition=title=kthw-${namePrefix}names,expression=${buildNamePrefixCondition(namePrefix)}`;
  return [
    {
      description: `Grant the bot the Compute Engine role, for names that start with ${namePrefix} where IAM can check them`,
      command: buildBindCommand(['projects'], project, memberFlag, role, [condition]),
    },
    {
      description: 'Remove the grant without a condition, if an earlier deployment made it',
      command: [
        ...['gcloud', 'projects', 'remove-iam-policy-binding', project, memberFlag, `--role=${role}`],
        ...['--condition=None', '--format=none', '--quiet'],
      ],
      ignoreErrors: true,
    },
  ];
}

function buildRoleSteps(
  { project }: DeploySettings,
  id: string,
  title: string,
  permissions: readonly string[],
): DeployStep[] {
  const projectFlag = `--project=${project}`;
  const name = `projects/${project}/roles/${id}`;
  const deletedFilter = `name=${name} AND deleted=true`;
  const listCommand = buildListCommand(['iam', 'roles'], `name=${name}`, 'name', projectFlag);
  const roleFlags = [
    `--title=${title}`,
    '--stage=GA',
    `--permissions=${permissions.join(',')}`,
    projectFlag,
    '--quiet',
  ];
  return [
    {
      description: `Restore the role ${id} if it was deleted recently (its name stays reserved)`,
      check: [...buildListCommand(['iam', 'roles'], deletedFilter, 'name', projectFlag), '--show-deleted'],
      runWhen: 'found',
      command: ['gcloud', 'iam', 'roles', 'undelete', id, projectFlag],
    },
    {
      description: `Update the role ${id} if it exists`,
      check: listCommand,
      runWhen: 'found',
      command: ['gcloud', 'iam', 'roles', 'update', id, ...roleFlags],
    },
    {
      description: `Create the role ${id}`,
      check: listCommand,
      command: ['gcloud', 'iam', 'roles', 'create', id, ...roleFlags],
    },
  ];
}

/** The bot keeps the key of each cluster in a secret, which it deletes with the cluster. */
function buildClusterKeySteps(settings: DeploySettings): DeployStep[] {
  const { project } = settings;
  const { clusterKeyCreatorRole, clusterKeyRole } = resourceNames;
  const buildGrant = (description: string, role: string, condition: string): DeployStep => ({
    description,
    command: buildBindCommand(['projects'], project, buildMemberFlag(settings), `projects/${project}/roles/${role}`, [
      `--condition=${condition}`,
    ]),
  });
  return [
    ...buildRoleSteps(settings, clusterKeyCreatorRole, 'kthw: cluster key creation', clusterKeyCreatorPermissions),
    ...buildRoleSteps(settings, clusterKeyRole, 'kthw: cluster key access', clusterKeyPermissions),
    buildGrant('Let the bot create secrets for the keys of clusters', clusterKeyCreatorRole, 'None'),
    buildGrant('Grant the bot access to these secrets only', clusterKeyRole, clusterKeyCondition),
  ];
}

function buildSecretSteps(settings: DeploySettings, id: string, prompt: string): DeployStep[] {
  const projectFlag = `--project=${settings.project}`;
  const listEnabledVersions = [
    'gcloud',
    'secrets',
    'versions',
    'list',
    id,
    '--filter=state:ENABLED',
    '--format=value(name)',
  ];
  return [
    {
      description: `Create the secret ${id}`,
      check: buildListCommand(['secrets'], `name~/${id}$`, 'name', projectFlag),
      command: ['gcloud', 'secrets', 'create', id, '--replication-policy=automatic', projectFlag],
    },
    {
      description: `Set its value: ${prompt}`,
      ...(settings.replaceSecrets ? {} : { check: [...listEnabledVersions, '--limit=1', projectFlag] }),
      command: ['gcloud', 'secrets', 'versions', 'add', id, '--data-file=-', projectFlag],
      secretLabel: prompt,
    },
    {
      description: 'Grant the bot access to the secret',
      command: buildBindCommand(['secrets'], id, buildMemberFlag(settings), 'roles/secretmanager.secretAccessor', [
        projectFlag,
      ]),
    },
  ];
}

/** Failed tasks are retried without limit, with a backoff of 1 s to 60 s: a run only progresses while it has a task. */
function buildQueueSteps(settings: DeploySettings): DeployStep[] {
  const scopeFlags = [`--location=${settings.location}`, `--project=${settings.project}`];
  const listCommand = buildListCommand(['tasks', 'queues'], `name~/${resourceNames.queue}$`, 'name', ...scopeFlags);
  const queueFlags = [
    ...['--max-dispatches-per-second=20', '--max-concurrent-dispatches=50'],
    ...['--max-attempts=unlimited', '--min-backoff=1s', '--max-backoff=60s', '--max-doublings=6'],
  ];
  return [
    {
      description: 'Update the task queue if it exists',
      check: listCommand,
      runWhen: 'found',
      command: ['gcloud', 'tasks', 'queues', 'update', resourceNames.queue, ...queueFlags, ...scopeFlags],
    },
    {
      description: 'Create the task queue that triggers runs',
      check: listCommand,
      command: ['gcloud', 'tasks', 'queues', 'create', resourceNames.queue, ...queueFlags, ...scopeFlags],
    },
    {
      description: 'Let the bot add tasks to the queue',
      command: buildBindCommand(
        ['tasks', 'queues'],
        resourceNames.queue,
        buildMemberFlag(settings),
        'roles/cloudtasks.enqueuer',
        scopeFlags,
      ),
    },
  ];
}

function buildListCommand(
  group: readonly string[],
  filter: string,
  field: string,
  ...flags: readonly string[]
): string[] {
  return ['gcloud', ...group, 'list', `--filter=${filter}`, `--format=value(${field})`, ...flags];
}

function buildBindCommand(
  group: readonly string[],
  resource: string,
  member: string,
  role: string,
  flags: readonly string[],
): string[] {
  return ['gcloud', ...group, 'add-iam-policy-binding', resource, member, `--role=${role}`, ...flags, '--format=none'];
}

/** App Engine has different names for two regions. https://cloud.google.com/appengine/docs/standard/locations */
function toAppEngineRegion(location: string): string {
  return { 'us-central1': 'us-central', 'europe-west1': 'europe-west' }[location] ?? location;
}
