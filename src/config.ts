import { z } from 'zod';
import { defaultVersion, mirrorVersion, releases } from './engine/cluster/releases.ts';
import { SshSourceRanges } from './engine/cluster/ssh-source-ranges.ts';

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

const channelIds = createListSchema(
  /^[CGD][A-Z0-9]+$/,
  'must be ids of channels, such as C012AB3CD, with commas between',
);
const principals = createListSchema(
  /^([TE][A-Z0-9]+:[UW][A-Z0-9]+|S[A-Z0-9]+)$/,
  'must be people as TEAM:USER, such as T012AB3CD:U345CD6EF, or user groups, such as S678EF9GH, with commas between',
).transform((all) =>
  all.map((one) => {
    const [team = '', user] = one.split(':');
    return user === undefined ? { group: team } : { team, user };
  }),
);

/** The environment that the bot reads, and what each value must be. */
const EnvironmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().default('0.0.0.0'),
  SLACK_SIGNING_SECRET: z.string().min(1, { error: 'is needed: it is on the Slack app’s page "Basic Information"' }),
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', { error: 'must be the bot token, which starts with xoxb-' }),
  /** Another Slack API, for a workspace on this machine. */
  SLACK_API_URL: loopbackOrHttpsUrl.optional(),
  /** Another Secret Manager, on this machine. */
  KTHW_SECRETS_URL: loopbackUrl.optional(),
  GOOGLE_CLOUD_PROJECT: z.string().min(1, { error: 'is needed: the id of the project in which clusters are made' }),
  /** Another Compute Engine API, for a cloud on this machine. */
  KTHW_COMPUTE_URL: loopbackOrHttpsUrl.optional(),
  /** Replaces every upstream host of what machines download. */
  KTHW_MIRROR_URL: z.url({ error: 'must be a URL' }).optional(),
  KTHW_STORE: z.enum(['sqlite', 'firestore']).default('sqlite'),
  KTHW_SQLITE_PATH: z.string().default('.kthw/kthw.sqlite'),
  KTHW_KEY_FILE: z.string().default('.kthw/key'),
  /** The key of Cloud KMS that wraps data keys. Without it: the key file. */
  KTHW_KMS_KEY: kmsKeyName.optional(),
  /** Another Cloud KMS, on this machine. */
  KTHW_KMS_URL: loopbackUrl.optional(),
  /** How long a run stays with a process that gives no more sign of life. */
  KTHW_LEASE_MS: z.coerce.number().int().min(1_000).default(30_000),
  /** Who carries runs forward: this process, or whichever instance Cloud Tasks calls. */
  KTHW_DISPATCH: z.enum(['process', 'cloud-tasks']).default('process'),
  KTHW_TASKS_QUEUE: queueName.optional(),
  /** Another Cloud Tasks API, for a queue on this machine. */
  KTHW_TASKS_URL: loopbackUrl.optional(),
  /** Set by App Engine. */
  GAE_ENV: z.string().optional(),
  GAE_SERVICE: z.string().optional(),
  KTHW_REGION: z.string().default('us-west1'),
  KTHW_ZONE: z.string().default('us-west1-c'),
  /** Without it: today's Kubernetes, or with a mirror the one that ours has. */
  KTHW_VERSION: z.enum(releases.map((release) => release.kubernetes)).optional(),
  KTHW_MACHINE_TYPE: z.string().default('e2-standard-2'),
  /** From where machines take ssh while it is open: the bot's own addresses, where those are fixed. */
  KTHW_SSH_RANGES: SshSourceRanges.default(['0.0.0.0/0']),
  /** Where kthw listens. Without it: wherever it was invited. */
  KTHW_CHANNELS: channelIds.optional(),
  /** Who may make clusters and work with them. Without it: everybody there. */
  KTHW_CREATORS: principals.optional(),
  /** Who may approve what destroys. Without it: who may make clusters. */
  KTHW_APPROVERS: principals.optional(),
  /** The most machines that one run may take away. */
  KTHW_MAX_DELETIONS: z.coerce.number().int().min(0).optional(),
  /** How long a question waits for an answer. */
  KTHW_APPROVAL_MINUTES: z.coerce.number().int().min(1).max(10_080).default(30),
  /** What becomes of a cluster whose time is over and nobody says anything. */
  KTHW_TTL_ACTION: z.enum(['ask', 'delete']).default('ask'),
  /** A file to which runs that are over are appended as OpenTelemetry spans. Without it: none are made. */
  KTHW_TRACE_FILE: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
type EnvironmentValues = z.infer<typeof EnvironmentSchema>;
/** What the environment says, with what it leaves open filled in. */
export type Config = EnvironmentValues & { readonly KTHW_VERSION: string };

/** What the administrator's commands need of it: where things rest, and nothing of Slack. */
const StorageConfigSchema = EnvironmentSchema.pick({
  ...{ GOOGLE_CLOUD_PROJECT: true, KTHW_STORE: true, KTHW_SQLITE_PATH: true },
  ...{ KTHW_KEY_FILE: true, KTHW_KMS_KEY: true, KTHW_KMS_URL: true },
}).extend({ GOOGLE_CLOUD_PROJECT: z.string().default('kthw-local') });
export type StorageConfig = z.infer<typeof StorageConfigSchema>;

/** Values that may name a secret instead of being it. */
export const secretVariables = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'] as const satisfies readonly (keyof Config)[];

const ConfigSchema = EnvironmentSchema.superRefine((config, { addIssue }) => {
  const addProblem = (path: keyof EnvironmentValues, message: string) =>
    addIssue({ code: 'custom', path: [path], message });
  if (config.GAE_ENV === 'standard') {
    // An instance's disk is its memory: a database or a key there would be gone with the instance.
    if (config.KTHW_STORE !== 'firestore') addProblem('KTHW_STORE', 'must be firestore on App Engine');
    if (config.KTHW_KMS_KEY === undefined)
      addProblem('KTHW_KMS_KEY', 'is needed on App Engine: a key file would not last');
  }
  if (config.KTHW_DISPATCH !== 'cloud-tasks') return;
  if (config.KTHW_TASKS_QUEUE === undefined)
    addProblem('KTHW_TASKS_QUEUE', 'is needed when KTHW_DISPATCH is cloud-tasks');
  // Elsewhere nobody takes the header by which tasks are told from forged ones away from what comes from outside.
  if (config.GAE_ENV !== 'standard' && config.KTHW_TASKS_URL === undefined)
    addProblem('KTHW_DISPATCH', 'can be cloud-tasks only on App Engine’s standard environment');
}).transform(
  (values): Config => ({
    ...values,
    KTHW_VERSION: values.KTHW_VERSION ?? (values.KTHW_MIRROR_URL === undefined ? defaultVersion : mirrorVersion),
  }),
);

/** @throws Error that names every bad value and what was expected, never the value itself */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  return parseEnvironment(ConfigSchema, environment);
}

/** As `readConfig`, for what works on the store alone. */
export function readStorageConfig(environment: NodeJS.ProcessEnv): StorageConfig {
  return parseEnvironment(StorageConfigSchema, environment);
}

function parseEnvironment<T>(schema: z.ZodType<T>, environment: NodeJS.ProcessEnv): T {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`the environment is not right:\n  ${problems.join('\n  ')}`);
}

/** Entries with commas between. An empty list is a mistake: taken for "nobody is named", it would let everybody in. */
function createListSchema(entry: RegExp, error: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .refine((all) => all.every((one) => entry.test(one)), { error });
}
