import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { allowAllPolicy, type KubeconfigRolePolicy } from './commands/authorization/policy.ts';
import { defaultVersion, mirrorVersion } from './engine/cluster/default-version.ts';
import { releases } from './engine/cluster/releases.ts';
import { SshSourceRanges } from './engine/cluster/ssh-source-ranges.ts';
import { ttlSchema } from './engine/cluster/ttl-schema.ts';
import { findFamilyProblem } from './engine/service/budgets/budgets.ts';
import { kubeconfigRolesSchema } from './kubeconfig-roles-schema.ts';
import { createListSchema, principalsSchema } from './principals-schema.ts';
import { KubeconfigRole } from './store/kubeconfig-role.ts';

const loopbackOrHttpsUrl = z
  .url()
  .refine((url) => url.startsWith('https://') || /^http:\/\/127\.\d+\.\d+\.\d+(:\d+)?(\/|$)/.test(url), {
    error: 'must be https, or http on a loopback address',
  });

const loopbackUrl = z
  .string()
  .regex(/^http:\/\/127(\.\d{1,3}){3}:\d+\/?$/, { error: 'must be http on a loopback address, with a port' });
const queueName = z.string().regex(/^projects\/[^/]+\/locations\/[^/]+\/queues\/[A-Za-z0-9-]+$/, {
  error: 'must be the full name of a queue: projects/PROJECT/locations/LOCATION/queues/QUEUE',
});

const kmsKeyName = z.string().regex(/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/, {
  error: 'must be the full name of a key: projects/P/locations/L/keyRings/R/cryptoKeys/K',
});

const teamIds = createListSchema(
  /^[TE][A-Z0-9]+$/,
  'must be comma-separated team or organization ids, such as T012AB3CD',
);
const clusterChannelsError = 'must be all, or comma-separated channel ids, such as C012AB3CD';
const clusterChannelsSchema = createListSchema(/^(all|[CGD][A-Z0-9]+)$/, clusterChannelsError)
  .refine((ids) => ids.length === 1 || !ids.includes('all'), { error: clusterChannelsError })
  .transform((ids) => (ids.includes('all') ? ('all' as const) : ids));
const channelIds = createListSchema(/^[CGD][A-Z0-9]+$/, 'must be comma-separated channel ids, such as C012AB3CD');
const machineFamilies = createListSchema(
  /^[a-z][a-z0-9]{0,9}$/,
  'must be comma-separated machine series, such as e2,n2',
);

/** Environment variables of the bot. */
const EnvironmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().default('0.0.0.0'),
  SLACK_SIGNING_SECRET: z.string().min(1, { error: 'is required: see the Slack app’s page "Basic Information"' }),
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', { error: 'must be the bot token, which starts with xoxb-' }),
  /** Slack API of a local emulator. */
  SLACK_API_URL: loopbackOrHttpsUrl.optional(),
  /** Secret Manager API of a local emulator. */
  KTHW_SECRETS_URL: loopbackUrl.optional(),
  GOOGLE_CLOUD_PROJECT: z.string().min(1, { error: 'is required: the id of the project for clusters' }),
  /** Compute Engine API of a local emulator. */
  KTHW_COMPUTE_URL: loopbackOrHttpsUrl.optional(),
  /** Access token for the local emulator. */
  KTHW_COMPUTE_TOKEN: z.string().min(1).optional(),
  /** Base URL that replaces the upstream hosts of component downloads. */
  KTHW_MIRROR_URL: z
    .string()
    .refine(isMirrorUrl, {
      error:
        'must be https://HOST[:PORT][/PATH], or http:// with localhost or a loopback or private IPv4 address, and only letters, digits and ._- in host and path',
    })
    .optional(),
  /** SHA-256 and upstream URL of files, one a line, that the table of this release doesn't have. It has precedence. */
  KTHW_DIGEST_FILE: z.string().min(1).optional(),
  /** Whether the bot checks downloads before instances start them. `off`: only instances can reach the mirror. */
  KTHW_DOWNLOAD_CHECK: z.enum(['on', 'off']).default('on'),
  KTHW_STORE: z.enum(['sqlite', 'firestore']).default('sqlite'),
  KTHW_SQLITE_PATH: z.string().default('.kthw/kthw.sqlite'),
  KTHW_KEY_FILE: z.string().default('.kthw/key'),
  /** Cloud KMS key that wraps data keys. @default the key file */
  KTHW_KMS_KEY: kmsKeyName.optional(),
  /** Cloud KMS API of a local emulator. */
  KTHW_KMS_URL: loopbackUrl.optional(),
  /** Time after which another process can claim the run of an unresponsive process. */
  KTHW_LEASE_MS: z.coerce.number().int().min(1_000).default(30_000),
  /** Where runs execute: in this process, or in the instance that Cloud Tasks calls. */
  KTHW_DISPATCH: z.enum(['process', 'cloud-tasks']).default('process'),
  KTHW_TASKS_QUEUE: queueName.optional(),
  /** Cloud Tasks API of a local emulator. */
  KTHW_TASKS_URL: loopbackUrl.optional(),
  /** Set by App Engine. */
  GAE_ENV: z.string().optional(),
  GAE_SERVICE: z.string().optional(),
  KTHW_REGION: z.string().default('us-west1'),
  KTHW_ZONE: z.string().default('us-west1-c'),
  /** @default the newest supported version, or with a mirror, the version in the project's mirror */
  KTHW_VERSION: z.enum(releases.map((release) => release.kubernetes)).optional(),
  KTHW_MACHINE_TYPE: z.string().default('e2-standard-2'),
  /** Source ranges of the SSH firewall rule. Required on Compute Engine itself. Use the bot's addresses if they are static. */
  KTHW_SSH_RANGES: SshSourceRanges.optional(),
  /** Channels in which kthw is enabled. Required with Slack itself. @default with the local emulator: all */
  KTHW_CHANNELS: channelIds.optional(),
  /** Channels in which clusters of all channels can be used. @default none; with the local emulator: all */
  KTHW_CLUSTER_CHANNELS: clusterChannelsSchema.optional(),
  /** Other organizations whose people may use kthw. @default none */
  KTHW_FOREIGN_TEAMS: teamIds.optional(),
  /** Guests of the workspace who may use kthw. @default none */
  KTHW_GUESTS: principalsSchema.optional(),
  /** Enabled channels that another workspace or organization shares. @default none */
  KTHW_SHARED_CHANNELS: channelIds.optional(),
  /** Users who can create and change clusters. Required with Slack itself. @default with the local emulator: everyone */
  KTHW_CREATORS: principalsSchema.optional(),
  /** Users who can approve destructive changes. @default the creators */
  KTHW_APPROVERS: principalsSchema.optional(),
  /** Who can request kubeconfigs with which role. @default the creators: view, edit, admin; with the local emulator all roles */
  KTHW_KUBECONFIG_ROLES: kubeconfigRolesSchema.optional(),
  /** Role of a kubeconfig whose request names none. @default view; with the local emulator cluster-admin */
  KTHW_KUBECONFIG_DEFAULT_ROLE: KubeconfigRole.optional(),
  /** Prefix that names of new clusters need, because the bot's access to Compute Engine is limited to it. @default none */
  KTHW_NAME_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,18}-$/, {
      error: 'must be lower-case letters and digits with a hyphen at the end, such as k8s-',
    })
    .optional(),
  /** Maximum number of instances that one run can delete. */
  KTHW_MAX_DELETIONS: z.coerce.number().int().min(0).optional(),
  /** Maximum number of clusters. @default no limit */
  KTHW_MAX_CLUSTERS: z.coerce.number().int().min(1).optional(),
  /** Maximum number of vCPUs of all clusters together. @default no limit */
  KTHW_MAX_VCPUS: z.coerce.number().int().min(1).optional(),
  /** Allowed machine series, such as `e2,n2`. @default all */
  KTHW_MACHINE_FAMILIES: machineFamilies.optional(),
  /** Maximum time between creation and expiry of a cluster, such as `2d`. It implies a required TTL. @default no limit */
  KTHW_MAX_TTL: ttlSchema.optional(),
  /** Whether a new cluster needs a TTL. */
  KTHW_TTL_REQUIRED: z.enum(['on', 'off']).default('off'),
  /** Time until an approval request expires. */
  KTHW_APPROVAL_MINUTES: z.coerce.number().int().min(1).max(10_080).default(30),
  /** What happens to an expired cluster if no one responds to the reminder. */
  KTHW_TTL_ACTION: z.enum(['ask', 'delete']).default('ask'),
  /** File to which finished runs are appended as OpenTelemetry spans. @default none */
  KTHW_TRACE_FILE: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
type EnvironmentValues = z.infer<typeof EnvironmentSchema>;
/** The configuration, with defaults applied. */
export type Config = EnvironmentValues & {
  readonly KTHW_VERSION: string;
  readonly KTHW_SSH_RANGES: readonly string[];
  readonly KTHW_KUBECONFIG_ROLES: KubeconfigRolePolicy;
  readonly KTHW_KUBECONFIG_DEFAULT_ROLE: KubeconfigRole;
};

const defaultKubeconfigRoles: KubeconfigRolePolicy = { view: 'creators', edit: 'creators', admin: 'creators' };

/** Configuration of the admin commands: storage, without Slack. */
const StorageConfigSchema = EnvironmentSchema.pick({
  GOOGLE_CLOUD_PROJECT: true,
  KTHW_STORE: true,
  KTHW_SQLITE_PATH: true,
  KTHW_KEY_FILE: true,
  KTHW_KMS_KEY: true,
  KTHW_KMS_URL: true,
  KTHW_SECRETS_URL: true,
}).extend({ GOOGLE_CLOUD_PROJECT: z.string().default('kthw-local') });
export type StorageConfig = z.infer<typeof StorageConfigSchema>;

/** Variables whose value can be a reference to a secret. */
export const secretVariables = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'] as const satisfies readonly (keyof Config)[];

/** A mirror with builds of its own, as the local one, needs their digests. */
function servesOwnBuild({ KTHW_MIRROR_URL: mirror, KTHW_DIGEST_FILE: digestFile }: EnvironmentValues): boolean {
  return mirror !== undefined && digestFile !== undefined;
}

const ConfigSchema = EnvironmentSchema.superRefine((config, { addIssue }) => {
  const addProblem = (path: keyof EnvironmentValues, message: string) =>
    addIssue({ code: 'custom', path: [path], message });
  if (config.SLACK_API_URL === undefined) {
    // Slash commands work in every conversation of a workspace, so an open default would let everyone create clusters.
    if (config.KTHW_CHANNELS === undefined)
      addProblem('KTHW_CHANNELS', 'is required: the ids of the channels in which kthw responds, such as C012AB3CD');
    if (config.KTHW_CREATORS === undefined)
      addProblem('KTHW_CREATORS', 'is required: who can create clusters, such as T012AB3CD:U345CD6EF or S678EF9GH');
  }
  const { KTHW_CHANNELS: channels, KTHW_SHARED_CHANNELS: sharedChannels = [] } = config;
  const { KTHW_CLUSTER_CHANNELS: clusterChannels = 'all' } = config;
  if (channels && clusterChannels !== 'all' && !clusterChannels.every((channel) => channels.includes(channel)))
    addProblem('KTHW_CLUSTER_CHANNELS', 'must contain only channels of KTHW_CHANNELS');
  if (channels && !sharedChannels.every((channel) => channels.includes(channel)))
    addProblem('KTHW_SHARED_CHANNELS', 'must contain only channels of KTHW_CHANNELS');
  const { KTHW_MACHINE_TYPE: machineType, KTHW_MACHINE_FAMILIES: allowedFamilies } = config;
  if (findFamilyProblem({ machineFamilies: allowedFamilies }, machineType))
    addProblem('KTHW_MACHINE_FAMILIES', 'must contain the series of KTHW_MACHINE_TYPE');
  const { KTHW_KUBECONFIG_ROLES: roles, KTHW_KUBECONFIG_DEFAULT_ROLE: defaultRole } = applyRoleDefaults(config);
  if (roles[defaultRole] === undefined)
    addProblem('KTHW_KUBECONFIG_DEFAULT_ROLE', 'must be a role of KTHW_KUBECONFIG_ROLES');
  if (config.KTHW_COMPUTE_URL === undefined && config.KTHW_SSH_RANGES === undefined)
    addProblem(
      'KTHW_SSH_RANGES',
      'is required: the addresses of the bot, such as 203.0.113.7/32; 0.0.0.0/0 allows any',
    );
  if (config.GAE_ENV === 'standard') {
    // The disk of an App Engine instance is in memory. A database or key on it would be lost with the instance.
    if (config.KTHW_STORE !== 'firestore') addProblem('KTHW_STORE', 'must be firestore on App Engine');
    if (config.KTHW_KMS_KEY === undefined)
      addProblem('KTHW_KMS_KEY', 'is required on App Engine: a key file would be lost');
  }
  if (config.KTHW_DISPATCH !== 'cloud-tasks') return;
  if (config.KTHW_TASKS_QUEUE === undefined)
    addProblem('KTHW_TASKS_QUEUE', 'is required when KTHW_DISPATCH is cloud-tasks');
  // Only App Engine strips the task header from external requests. Elsewhere, a client could forge tasks.
  if (config.GAE_ENV !== 'standard' && config.KTHW_TASKS_URL === undefined)
    addProblem('KTHW_DISPATCH', 'can be cloud-tasks only on App Engine’s standard environment');
}).transform(
  (values): Config => ({
    ...values,
    ...applyRoleDefaults(values),
    KTHW_SSH_RANGES: values.KTHW_SSH_RANGES ?? ['0.0.0.0/0'],
    KTHW_VERSION: values.KTHW_VERSION ?? (servesOwnBuild(values) ? mirrorVersion : defaultVersion),
  }),
);

/** @throws Error that lists every invalid variable and the expected value, never the actual value */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  return parseEnvironment(ConfigSchema, environment);
}

/** @throws Error as `readConfig` */
export function readStorageConfig(environment: NodeJS.ProcessEnv): StorageConfig {
  return parseEnvironment(StorageConfigSchema, environment);
}

function parseEnvironment<T>(schema: z.ZodType<T>, environment: NodeJS.ProcessEnv): T {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`invalid configuration:\n  ${problems.join('\n  ')}`);
}

/**
 * `https://HOST[:PORT][/PATH]`, or `http://` where the host is `localhost` or a loopback, private (RFC 1918) or shared
 * (RFC 6598) IPv4 address. Scripts of instances and containerd's configuration contain the URL, so no other characters.
 */
function isMirrorUrl(url: string): boolean {
  const [, scheme, host = ''] =
    /^(https?):\/\/([A-Za-z0-9][A-Za-z0-9.-]*)(?::\d+)?(?:\/[A-Za-z0-9._/-]*)?$/.exec(url) ?? [];
  if (scheme === undefined || !URL.canParse(url)) return false;
  if (scheme === 'https' || host === 'localhost') return true;
  return (
    ipaddr.IPv4.isValidFourPartDecimal(host) &&
    ['loopback', 'private', 'carrierGradeNat'].includes(ipaddr.IPv4.parse(host).range())
  );
}

function applyRoleDefaults(values: EnvironmentValues) {
  const isLocal = values.SLACK_API_URL !== undefined;
  return {
    KTHW_KUBECONFIG_ROLES:
      values.KTHW_KUBECONFIG_ROLES ?? (isLocal ? allowAllPolicy.kubeconfigRoles : defaultKubeconfigRoles),
    KTHW_KUBECONFIG_DEFAULT_ROLE:
      values.KTHW_KUBECONFIG_DEFAULT_ROLE ?? (isLocal ? allowAllPolicy.defaultKubeconfigRole : 'view'),
  };
}
