import type { DeploySettings } from './deploy-settings.ts';
import { type DeployStep, projectNumberPlaceholder } from './deploy-step.ts';
import { computePermissions, keyPermissions } from './permissions.ts';
import {
  buildMemberFlag,
  getServiceAccountEmail,
  renderedAppYamlPath,
  requiredApis,
  resourceNames,
} from './resource-names.ts';

/** What makes a project run kthw, in order. Each step can be done again: it looks first, or does the same twice. */
export function buildDeploySteps(settings: DeploySettings): DeployStep[] {
  const { project, location } = settings;
  const projectFlag = `--project=${project}`;
  const locationFlag = `--location=${location}`;
  const keyFlags = [`--keyring=${resourceNames.keyring}`, locationFlag, projectFlag];
  const memberFlag = buildMemberFlag(settings);
  return [
    {
      description: 'the APIs that kthw calls',
      command: ['gcloud', 'services', 'enable', ...requiredApis, projectFlag],
    },
    {
      description: 'the account that the bot runs as',
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
    ...buildRoleSteps(settings, resourceNames.computeRole, 'kthw: what it does in Compute Engine', computePermissions),
    ...buildRoleSteps(settings, resourceNames.keyRole, 'kthw: its key', keyPermissions),
    {
      description: 'the bot may work in Compute Engine, as far as that role goes',
      command: buildBindCommand(
        ['projects'],
        project,
        memberFlag,
        `projects/${project}/roles/${resourceNames.computeRole}`,
        ['--condition=None'],
      ),
    },
    {
      description: 'the bot may make machines that run as Compute Engine’s default account',
      command: buildBindCommand(
        ['iam', 'service-accounts'],
        `${projectNumberPlaceholder}-compute@developer.gserviceaccount.com`,
        memberFlag,
        'roles/iam.serviceAccountUser',
        [projectFlag],
      ),
    },
    {
      description: 'the database',
      // The name is `(default)`; parentheses mean something else in a filter.
      check: buildListCommand(['firestore', 'databases'], 'name~/.default.$', 'name', projectFlag),
      command: [
        ...['gcloud', 'firestore', 'databases', 'create', '--database=(default)', locationFlag],
        ...['--type=firestore-native', '--delete-protection', projectFlag],
      ],
    },
    {
      description: 'the bot may read and write it',
      command: buildBindCommand(['projects'], project, memberFlag, 'roles/datastore.user', ['--condition=None']),
    },
    {
      description: 'the key ring',
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
        'the key that wraps every cluster’s data key; a new version every 90 days (`npm run rewrap` moves to it)',
      check: buildListCommand(['kms', 'keys'], `name~/${resourceNames.key}$`, 'name', ...keyFlags),
      command: [
        ...['gcloud', 'kms', 'keys', 'create', resourceNames.key, '--purpose=encryption'],
        ...['--rotation-period=90d', '--next-rotation-time=+p90d', ...keyFlags],
      ],
    },
    {
      description: 'the bot may use that key, and no other',
      command: buildBindCommand(
        ['kms', 'keys'],
        resourceNames.key,
        memberFlag,
        `projects/${project}/roles/${resourceNames.keyRole}`,
        keyFlags,
      ),
    },
    ...resourceNames.secrets.flatMap(({ id, prompt }) => buildSecretSteps(settings, id, prompt)),
    ...buildQueueSteps(settings),
    {
      description: 'App Engine in this project; its place can’t be changed later',
      check: ['gcloud', 'app', 'describe', '--format=value(id)', projectFlag],
      ignoreCheckErrors: true,
      command: ['gcloud', 'app', 'create', `--region=${toAppEngineRegion(location)}`, projectFlag],
    },
    {
      description: `the bot itself, by ${renderedAppYamlPath}`,
      command: ['gcloud', 'app', 'deploy', '.', `--appyaml=${renderedAppYamlPath}`, projectFlag, '--quiet'],
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
      description: `the role ${id}, if it was deleted in the last days: its name is taken until then`,
      check: [...buildListCommand(['iam', 'roles'], deletedFilter, 'name', projectFlag), '--show-deleted'],
      runWhen: 'found',
      command: ['gcloud', 'iam', 'roles', 'undelete', id, projectFlag],
    },
    {
      description: `the role ${id}, if it is there, is exactly this`,
      check: listCommand,
      runWhen: 'found',
      command: ['gcloud', 'iam', 'roles', 'update', id, ...roleFlags],
    },
    {
      description: `the role ${id}`,
      check: listCommand,
      command: ['gcloud', 'iam', 'roles', 'create', id, ...roleFlags],
    },
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
      description: `a place for ${id}`,
      check: buildListCommand(['secrets'], `name~/${id}$`, 'name', projectFlag),
      command: ['gcloud', 'secrets', 'create', id, '--replication-policy=automatic', projectFlag],
    },
    {
      description: `its value: ${prompt}`,
      ...(settings.replaceSecrets ? {} : { check: [...listEnabledVersions, '--limit=1', projectFlag] }),
      command: ['gcloud', 'secrets', 'versions', 'add', id, '--data-file=-', projectFlag],
      secretLabel: prompt,
    },
    {
      description: 'the bot may read it',
      command: buildBindCommand(['secrets'], id, buildMemberFlag(settings), 'roles/secretmanager.secretAccessor', [
        projectFlag,
      ]),
    },
  ];
}

/**
 * A task that is refused comes again: soon at first, at most a minute apart, for as long as it takes, because a run goes on
 * only as long as it has a task.
 */
function buildQueueSteps(settings: DeploySettings): DeployStep[] {
  const scopeFlags = [`--location=${settings.location}`, `--project=${settings.project}`];
  const listCommand = buildListCommand(['tasks', 'queues'], `name~/${resourceNames.queue}$`, 'name', ...scopeFlags);
  const queueFlags = [
    ...['--max-dispatches-per-second=20', '--max-concurrent-dispatches=50'],
    ...['--max-attempts=unlimited', '--min-backoff=1s', '--max-backoff=60s', '--max-doublings=6'],
  ];
  return [
    {
      description: 'the limits of the queue, if it is there',
      check: listCommand,
      runWhen: 'found',
      command: ['gcloud', 'tasks', 'queues', 'update', resourceNames.queue, ...queueFlags, ...scopeFlags],
    },
    {
      description: 'the queue that calls the bot to carry runs',
      check: listCommand,
      command: ['gcloud', 'tasks', 'queues', 'create', resourceNames.queue, ...queueFlags, ...scopeFlags],
    },
    {
      description: 'the bot may add to it',
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

/** Two regions are called otherwise in App Engine. https://cloud.google.com/appengine/docs/standard/locations */
function toAppEngineRegion(location: string): string {
  return { 'us-central1': 'us-central', 'europe-west1': 'europe-west' }[location] ?? location;
}
