import { parseArgs } from 'node:util';

export interface DeploySettings {
  readonly project: string;
  /** Region of the app, database, keys and queue. One region for all, because a queue must be in its app's region. */
  readonly location: string;
  /** Additional environment variables of the bot. */
  readonly env: Readonly<Record<string, string>>;
  /** Prints the commands without running them; needs no account. */
  readonly dryRun: boolean;
  /** Deletes the deployment. */
  readonly undeploy: boolean;
  /** With `undeploy`: also deletes the database and the key. */
  readonly deleteData: boolean;
  /** Prompts for the Slack secrets even if they exist. */
  readonly replaceSecrets: boolean;
  /** Deploys to a project with instances that are not kthw's. */
  readonly allowForeignInstances: boolean;
  /** Limits the bot to resources whose name starts with this, where IAM conditions can; clusters need such names. */
  readonly namePrefix: string | undefined;
  /** Required variables that `--env` does not set; asked for. */
  readonly missingEnv: readonly RequiredVariable[];
  /** Skips the confirmation. */
  readonly skipConfirmation: boolean;
}

/** Access that the bot doesn't start without, with a hint for the prompt. */
export const requiredVariables = {
  KTHW_CHANNELS: 'IDs of the channels in which kthw responds, such as C012AB3CD',
  KTHW_CREATORS: 'who can create clusters, such as T012AB3CD:U345CD6EF or S678EF9GH',
  KTHW_SSH_RANGES: 'source addresses of SSH to instances, such as 203.0.113.7/32; 0.0.0.0/0 allows any',
} as const;
/** Policy with a safe default, mentioned after a deployment that does not set it. */
export const optionalVariables = {
  KTHW_GUESTS: 'guests who may use kthw (none)',
  KTHW_SHARED_CHANNELS: 'channels in which kthw responds although another workspace or organization shares them (none)',
  KTHW_FOREIGN_TEAMS: 'other organizations whose people may use kthw (none)',
  KTHW_MAX_CLUSTERS: 'number of clusters (no limit)',
  KTHW_MAX_VCPUS: 'vCPUs of all clusters together (no limit)',
  KTHW_MACHINE_FAMILIES: 'allowed machine series, such as e2,n2 (all)',
  KTHW_MAX_TTL: 'time from creation to expiry, such as 2d (no limit)',
  KTHW_TTL_REQUIRED: 'on: a new cluster needs a TTL (off)',
  KTHW_CLUSTER_CHANNELS: 'channels in which clusters of all channels can be used, or all (none)',
  KTHW_KUBECONFIG_ROLES: 'who can get kubeconfigs with which role (view=creators;edit=creators;admin=creators)',
  KTHW_KUBECONFIG_DEFAULT_ROLE: 'role of a kubeconfig whose request names none (view)',
} as const;

export type RequiredVariable = keyof typeof requiredVariables;

export const usage = `npm run deploy -- --project PROJECT [--location us-west1] [--env KTHW_CHANNELS=C012AB3CD]...
    [--name-prefix k8s-] [--allow-foreign-instances] [--secrets] [--dry-run]
npm run undeploy -- --project PROJECT [--location us-west1] [--delete-data] [--yes] [--dry-run]`;

/** @throws Error with the usage */
export function parseDeploySettings(args: readonly string[]): DeploySettings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      project: { type: 'string', default: '' },
      location: { type: 'string', default: 'us-west1' },
      env: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
      undo: { type: 'boolean', default: false },
      'delete-data': { type: 'boolean', default: false },
      'allow-foreign-instances': { type: 'boolean', default: false },
      'name-prefix': { type: 'string' },
      secrets: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  });
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(values.project))
    throw new Error(`--project requires a project ID:\n${usage}`);
  if (!/^[a-z]+-[a-z]+\d+$/.test(values.location))
    throw new Error(`--location requires a region such as us-west1:\n${usage}`);
  const namePrefix = values['name-prefix'];
  if (namePrefix !== undefined && !/^[a-z][a-z0-9-]{0,18}-$/.test(namePrefix))
    throw new Error(
      `--name-prefix requires lower-case letters, digits and a hyphen at the end, such as k8s-:\n${usage}`,
    );
  const env = values.env.map((entry): [string, string] => {
    const [, name = '', value = ''] = /^(KTHW_[A-Z_]+|LOG_LEVEL)=(.+)$/s.exec(entry) ?? [];
    if (name === '') throw new Error(`--env requires KTHW_NAME=VALUE; Slack secrets are prompted for:\n${usage}`);
    return [name, value];
  });
  return {
    project: values.project,
    location: values.location,
    env: { ...Object.fromEntries(env), ...(namePrefix === undefined ? {} : { KTHW_NAME_PREFIX: namePrefix }) },
    allowForeignInstances: values['allow-foreign-instances'],
    namePrefix,
    missingEnv: (Object.keys(requiredVariables) as RequiredVariable[]).filter(
      (name) => !env.some(([given]) => given === name),
    ),
    dryRun: values['dry-run'],
    undeploy: values.undo,
    deleteData: values['delete-data'],
    replaceSecrets: values.secrets,
    skipConfirmation: values.yes,
  };
}
