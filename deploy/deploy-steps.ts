import type { Settings } from './deploy-settings.ts';
import { projectNumber, type Step } from './deploy-step.ts';
import { computePermissions, keyPermissions } from './permissions.ts';
import { accountOf, apis, memberOf, names, renderedAppYaml } from './resource-names.ts';

/** What makes a project run kthw, in order. Each step can be done again: it looks first, or does the same twice. */
export function deploySteps(settings: Settings): Step[] {
  const { project, location } = settings;
  const inProject = `--project=${project}`;
  const at = `--location=${location}`;
  const onKey = [`--keyring=${names.keyring}`, at, inProject];
  const member = memberOf(settings);
  return [
    { why: 'the APIs that kthw calls', run: ['gcloud', 'services', 'enable', ...apis, inProject] },
    {
      why: 'the account that the bot runs as',
      look: listed(['iam', 'service-accounts'], `email=${accountOf(settings)}`, 'email', inProject),
      run: ['gcloud', 'iam', 'service-accounts', 'create', names.account, '--display-name=kthw, the bot', inProject],
    },
    ...role(settings, names.computeRole, 'kthw: what it does in Compute Engine', computePermissions),
    ...role(settings, names.keyRole, 'kthw: its key', keyPermissions),
    {
      why: 'the bot may work in Compute Engine, as far as that role goes',
      run: bind(['projects'], project, member, `projects/${project}/roles/${names.computeRole}`, ['--condition=None']),
    },
    {
      why: 'the bot may make machines that run as Compute Engine’s default account',
      run: bind(
        ['iam', 'service-accounts'],
        `${projectNumber}-compute@developer.gserviceaccount.com`,
        member,
        'roles/iam.serviceAccountUser',
        [inProject],
      ),
    },
    {
      why: 'the database',
      // The name is `(default)`; parentheses mean something else in a filter.
      look: listed(['firestore', 'databases'], 'name~/.default.$', 'name', inProject),
      run: [
        ...['gcloud', 'firestore', 'databases', 'create', '--database=(default)', at],
        ...['--type=firestore-native', '--delete-protection', inProject],
      ],
    },
    {
      why: 'the bot may read and write it',
      run: bind(['projects'], project, member, 'roles/datastore.user', ['--condition=None']),
    },
    {
      why: 'the key ring',
      look: listed(['kms', 'keyrings'], `name~/${names.keyring}$`, 'name', at, inProject),
      run: ['gcloud', 'kms', 'keyrings', 'create', names.keyring, at, inProject],
    },
    {
      why: 'the key that wraps every cluster’s data key; a new version every 90 days (`npm run rewrap` moves to it)',
      look: listed(['kms', 'keys'], `name~/${names.key}$`, 'name', ...onKey),
      run: [
        ...['gcloud', 'kms', 'keys', 'create', names.key, '--purpose=encryption'],
        ...['--rotation-period=90d', '--next-rotation-time=+p90d', ...onKey],
      ],
    },
    {
      why: 'the bot may use that key, and no other',
      run: bind(['kms', 'keys'], names.key, member, `projects/${project}/roles/${names.keyRole}`, onKey),
    },
    ...names.secrets.flatMap(({ id, asks }) => secret(settings, id, asks)),
    ...queue(settings),
    {
      why: 'App Engine in this project; its place can’t be changed later',
      look: ['gcloud', 'app', 'describe', '--format=value(id)', inProject],
      lookMayFail: true,
      run: ['gcloud', 'app', 'create', `--region=${appRegion(location)}`, inProject],
    },
    {
      why: `the bot itself, by ${renderedAppYaml}`,
      run: ['gcloud', 'app', 'deploy', '.', `--appyaml=${renderedAppYaml}`, inProject, '--quiet'],
    },
  ];
}

function role({ project }: Settings, id: string, title: string, permissions: readonly string[]): Step[] {
  const inProject = `--project=${project}`;
  const name = `projects/${project}/roles/${id}`;
  const gone = `name=${name} AND deleted=true`;
  const there = listed(['iam', 'roles'], `name=${name}`, 'name', inProject);
  const is = [`--title=${title}`, '--stage=GA', `--permissions=${permissions.join(',')}`, inProject, '--quiet'];
  return [
    {
      why: `the role ${id}, if it was deleted in the last days: its name is taken until then`,
      look: [...listed(['iam', 'roles'], gone, 'name', inProject), '--show-deleted'],
      when: 'found',
      run: ['gcloud', 'iam', 'roles', 'undelete', id, inProject],
    },
    {
      why: `the role ${id}, if it is there, is exactly this`,
      look: there,
      when: 'found',
      run: ['gcloud', 'iam', 'roles', 'update', id, ...is],
    },
    { why: `the role ${id}`, look: there, run: ['gcloud', 'iam', 'roles', 'create', id, ...is] },
  ];
}

function secret(settings: Settings, id: string, asks: string): Step[] {
  const inProject = `--project=${settings.project}`;
  const enabled = ['gcloud', 'secrets', 'versions', 'list', id, '--filter=state:ENABLED', '--format=value(name)'];
  return [
    {
      why: `a place for ${id}`,
      look: listed(['secrets'], `name~/${id}$`, 'name', inProject),
      run: ['gcloud', 'secrets', 'create', id, '--replication-policy=automatic', inProject],
    },
    {
      why: `its value: ${asks}`,
      ...(settings.newSecrets ? {} : { look: [...enabled, '--limit=1', inProject] }),
      run: ['gcloud', 'secrets', 'versions', 'add', id, '--data-file=-', inProject],
      secret: asks,
    },
    {
      why: 'the bot may read it',
      run: bind(['secrets'], id, memberOf(settings), 'roles/secretmanager.secretAccessor', [inProject]),
    },
  ];
}

/**
 * A task that is refused comes again: soon at first, at most a minute apart, for as long as it takes, because a run goes on
 * only as long as it has a task.
 */
function queue(settings: Settings): Step[] {
  const where = [`--location=${settings.location}`, `--project=${settings.project}`];
  const there = listed(['tasks', 'queues'], `name~/${names.queue}$`, 'name', ...where);
  const limits = [
    ...['--max-dispatches-per-second=20', '--max-concurrent-dispatches=50'],
    ...['--max-attempts=unlimited', '--min-backoff=1s', '--max-backoff=60s', '--max-doublings=6'],
  ];
  return [
    {
      why: 'the limits of the queue, if it is there',
      look: there,
      when: 'found',
      run: ['gcloud', 'tasks', 'queues', 'update', names.queue, ...limits, ...where],
    },
    {
      why: 'the queue that calls the bot to carry runs',
      look: there,
      run: ['gcloud', 'tasks', 'queues', 'create', names.queue, ...limits, ...where],
    },
    {
      why: 'the bot may add to it',
      run: bind(['tasks', 'queues'], names.queue, memberOf(settings), 'roles/cloudtasks.enqueuer', where),
    },
  ];
}

function listed(group: readonly string[], filter: string, field: string, ...more: readonly string[]): string[] {
  return ['gcloud', ...group, 'list', `--filter=${filter}`, `--format=value(${field})`, ...more];
}

function bind(group: readonly string[], on: string, member: string, role: string, more: readonly string[]): string[] {
  return ['gcloud', ...group, 'add-iam-policy-binding', on, member, `--role=${role}`, ...more, '--format=none'];
}

/** Two regions are called otherwise in App Engine. https://cloud.google.com/appengine/docs/standard/locations */
function appRegion(location: string): string {
  return { 'us-central1': 'us-central', 'europe-west1': 'europe-west' }[location] ?? location;
}
