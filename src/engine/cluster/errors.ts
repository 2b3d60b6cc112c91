import type { StepError } from '../../store/step-error.ts';
import { KeyringError } from '../../store/vault/keyring-error.ts';
import { SecretUnreadable } from '../../store/vault/seal.ts';
import { getPolicyChange } from './policy-change.ts';

type ErrorKind = StepError['kind'];
interface CatalogueEntry {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly remedy: string;
}

/** A quota as Compute Engine reports it. A quota without a region is global. */
interface QuotaDetails {
  readonly metric: string;
  readonly limit: number;
  readonly usage?: number | undefined;
  readonly region?: string | undefined;
}

/** Failed downloads of the components of a Kubernetes version, by the one that is named. */
interface DownloadDetails {
  readonly version: string;
  readonly url: string;
  readonly reason: string;
  /** Number of other files that failed. */
  readonly otherFiles: number;
  /** The instance that downloaded. Absent: the bot checked. */
  readonly host?: string | undefined;
}

/**
 * Every error that users see: kind, message and remedy. The kind decides whether a step is retried: `transient` errors are
 * retried automatically, `deferred` skips the step until the next resume without failing the run. A remedy applies once
 * the run has given up; while a retry is scheduled, the renderer shows that instead.
 */
const errorCatalogue = {
  // Compute Engine
  'rate-limited': (c: { doing: string }) =>
    createTransientEntry(`${c.doing}: Compute Engine rate limit exceeded`, 'wait a few minutes'),
  'cloud-unavailable': (c: { doing: string; status?: number }) =>
    createTransientEntry(
      `${c.doing}: Compute Engine ${c.status === undefined ? 'did not respond' : `returned ${c.status}`}`,
      checkGoogleStatus,
    ),
  'outcome-unknown': (c: { doing: string }) =>
    createTransientEntry(`${c.doing}: no response, so the outcome is unknown`, checkGoogleStatus),
  'not-ready': (c: { doing: string }) =>
    createTransientEntry(`${c.doing}: a required resource is not ready`, 'wait until its pending operation is done'),
  'operation-slow': (c: { doing: string; minutes: number }) =>
    createTransientEntry(
      `${c.doing}: the Compute Engine operation is not done after ${c.minutes} min`,
      checkGoogleStatus,
    ),
  'not-there-yet': (c: { step: string; remedy?: string | undefined }) =>
    createTransientEntry(`still waiting for ${c.step}`, c.remedy ?? runDoctor),
  'wait-timeout': (c: { step: string; minutes: number; remedy: string }) => ({
    kind: 'denied',
    message: `${c.step}: not done after ${c.minutes} min`,
    remedy: `${c.remedy}, then \`/kthw resume\``,
  }),
  'cloud-denied': (c: { doing: string; permission?: string | undefined }) => ({
    kind: 'denied',
    message: `${c.doing}: permission denied${c.permission === undefined ? '' : ` (${c.permission})`}`,
    remedy: 'grant the service account the role `kthwCompute`, then `/kthw resume`',
  }),
  'policy-denied': (c: { doing: string; constraint: string }) => ({
    kind: 'denied',
    message: `${c.doing}: forbidden by the organization policy ${c.constraint}`,
    remedy: `ask the administrator of your Google Cloud organization to ${getPolicyChange(c.constraint)}, then \`/kthw resume\``,
  }),
  'api-disabled': (c: { doing: string; api: string }) => ({
    kind: 'denied',
    message: `${c.doing}: the API ${c.api} is disabled in this project`,
    remedy: `run \`gcloud services enable ${c.api}\`, wait a few minutes, then \`/kthw resume\``,
  }),
  'billing-disabled': (c: { doing: string }) => ({
    kind: 'denied',
    message: `${c.doing}: the project has no active billing account`,
    remedy: 'link a billing account to the project, then `/kthw resume`',
  }),
  quota: (c: { doing: string; quota?: QuotaDetails | undefined }) => ({
    kind: 'denied',
    message: `${c.doing}: quota exceeded${c.quota === undefined ? '' : `: ${formatQuota(c.quota)}`}`,
    remedy: 'request more quota from Google or delete unused resources, then `/kthw resume`',
  }),
  'zone-exhausted': (c: { doing: string; zone: string }) => ({
    kind: 'denied',
    message: `${c.doing}: no capacity for this machine type in ${c.zone}`,
    remedy: 'try `/kthw resume` later, or delete the cluster and create it in another zone',
  }),
  'in-use': (c: { doing: string }) =>
    createTransientEntry(`${c.doing}: another resource still uses it`, 'delete the resource that uses it'),
  'deletion-blocked': (c: { blockers: readonly { description: string; remedy: string }[] }) => ({
    kind: 'conflict',
    message: `can't delete the cluster's resources: ${c.blockers.map(({ description }) => description).join('; ')}`,
    remedy: `${[...new Set(c.blockers.map(({ remedy }) => remedy))].join('; ')}; then \`/kthw resume\``,
  }),
  'cloud-invalid': (c: { doing: string }) => ({
    kind: 'invalid',
    message: `${c.doing}: Compute Engine rejected the request`,
    remedy: 'fix the cause that Compute Engine reports, then `/kthw resume`',
  }),
  conflict: (c: { what: string }) => ({
    kind: 'conflict',
    message: `${c.what} already exists with different settings`,
    remedy: 'fix or delete the resource, then `/kthw resume`',
  }),
  // Runs
  'no-progress': (c: { attempts: number }) => ({
    kind: 'invalid',
    message: `the run stopped ${c.attempts} times without progress`,
    remedy: 'see the log of the bot for the cause, then `/kthw resume`',
  }),
  // Instances
  'instance-missing': (c: { name: string; cluster: string; phase: string }) => ({
    kind: 'conflict',
    message: `instance ${c.name} is missing`,
    remedy: `recreate it with \`/kthw rebuild ${c.cluster} --from ${c.phase}\``,
  }),
  'instance-replaced': (c: { name: string; cluster: string; phase: string }) => ({
    kind: 'conflict',
    message: `instance ${c.name} was recreated outside kthw`,
    remedy: `set it up with \`/kthw rebuild ${c.cluster} --from ${c.phase}\``,
  }),
  'instance-stopped': (c: { name: string; zone: string; status: string }) => ({
    kind: 'conflict',
    message: `instance ${c.name} is stopped (${c.status})`,
    remedy: `start it with \`gcloud compute instances start ${c.name} --zone ${c.zone}\`, then \`/kthw resume\``,
  }),
  'ssh-unreachable': (c: { host: string }) =>
    createTransientEntry(`${c.host} is unreachable over SSH`, checkInstanceRunning),
  'ssh-cut': (c: { host: string; doing: string }) =>
    createTransientEntry(`${c.host}: SSH connection lost while ${c.doing}`, checkInstanceRunning),
  'ssh-denied': (c: { host: string }) =>
    createTransientEntry(`${c.host} rejected the cluster's SSH key`, 'check the `ssh-keys` metadata of the instance'),
  'ssh-host-key': (c: { host: string }) => ({
    kind: 'conflict',
    message: `${c.host}: SSH host key mismatch with the key recorded at creation`,
    remedy: 'find out which host has this address; if the instance was recreated, delete it, then `/kthw resume`',
  }),
  deadline: (c: { host: string; doing: string; seconds: number }) =>
    createTransientEntry(`${c.host}: ${c.doing} did not finish within ${c.seconds} s`, runDoctor),
  'command-failed': (c: { host: string; doing: string; exitCode: number }) =>
    createTransientEntry(`${c.host}: ${c.doing} failed with exit code ${c.exitCode}`, 'fix the cause on the instance'),
  'disk-full': (c: { host: string; doing: string }) => ({
    kind: 'denied',
    message: `${c.host}: ${c.doing}: no space left on the disk`,
    remedy: 'free disk space on the instance, then `/kthw resume`',
  }),
  checksum: (c: { host: string; url: string }) => ({
    kind: 'invalid',
    message: `${c.host}: checksum mismatch for ${c.url}`,
    remedy: 'check what the mirror serves for this URL, then `/kthw resume`',
  }),
  'download-missing': (c: DownloadDetails) => ({
    kind: 'invalid',
    message: formatDownloadError(c),
    remedy:
      'make the file available, then `/kthw resume`; or delete the cluster and create it with an available `--version`',
  }),
  'download-failed': (c: DownloadDetails) => ({
    kind: 'transient',
    message: formatDownloadError(c),
    remedy:
      c.host === undefined
        ? 'check that the bot can reach this URL, or set `KTHW_DOWNLOAD_CHECK=off` if only instances can; then repeat the command'
        : 'check that the instance can reach this URL, then `/kthw resume`',
  }),
  'etcd-data-lost': (c: { host: string; cluster: string }) => ({
    kind: 'conflict',
    message: `${c.host}: the etcd data directory is empty, but the etcd cluster already exists`,
    remedy: `recreate etcd with \`/kthw rebuild ${c.cluster} --from etcd\`; this deletes all Kubernetes objects`,
  }),
  // Kubernetes
  'not-healthy': (c: { what: string }) => createTransientEntry(`${c.what}: not healthy`, runDoctor),
  'image-unavailable': (c: { image: string }) => ({
    kind: 'deferred',
    message: `image ${c.image} can't be pulled from this cluster's registry`,
    remedy: 'make the image pullable, then `/kthw resume`; all other steps continue',
  }),
  'api-unreachable': (c: { address: string }) =>
    createTransientEntry(`the API server at ${c.address} is unreachable`, runDoctor),
  'api-refused': (c: { doing: string; status: number }) =>
    createTransientEntry(`${c.doing}: the API server returned ${c.status}`, runDoctor),
  'drain-blocked': (c: { node: string; pod: string; budget: string; minutes: number }) => ({
    kind: 'denied',
    message: `node ${c.node}: PodDisruptionBudget ${c.budget} blocked the eviction of pod ${c.pod} for ${c.minutes} min`,
    remedy: 'add replicas or relax the budget, then `/kthw resume`; the node accepts pods until then',
  }),
  'check-failed': (c: { what: string }) => createTransientEntry(`check failed: ${c.what}`, runDoctor),
  // Vault
  'keyring-refused': (c: { problem: string; remedy: string }) => ({
    kind: 'denied',
    message: c.problem,
    remedy: `${c.remedy}; then \`/kthw resume\``,
  }),
  'secret-unreadable': (c: { problem: string }) => ({
    kind: 'denied',
    message: c.problem,
    remedy: 'find out who changed the store and restore it from a backup, then `/kthw resume`',
  }),
  'output-unconfirmed': (c: { output: string; cluster: string }) => ({
    kind: 'denied',
    message: `the store has a value for "${c.output}" that the vault does not confirm`,
    remedy: `find out who changed the store, then \`/kthw rebuild ${c.cluster} --from controllers\``,
  }),
  // Runs
  preflight: (c: { problems: readonly string[] }) => ({
    kind: 'invalid',
    message: c.problems.join('; '),
    remedy: 'fix these problems, then `/kthw create` again; nothing was created',
  }),
  cancelled: (_: object) => ({
    kind: 'cancelled',
    message: 'cancelled on request',
    remedy: 'run `/kthw resume` to continue',
  }),
  bug: (c: { doing: string }) => ({
    kind: 'bug',
    message: `${c.doing}: internal error`,
    remedy: 'report it with the log of this run, or retry with `/kthw resume`',
  }),
} as const satisfies Record<string, (c: never) => CatalogueEntry>;

const checkGoogleStatus = 'check https://status.cloud.google.com';
const checkInstanceRunning = 'check that the instance is running';
const runDoctor = 'find the cause with `/kthw doctor`';

function createTransientEntry(message: string, remedy: string): CatalogueEntry & { readonly kind: 'transient' } {
  return { kind: 'transient', message, remedy: `${remedy}, then \`/kthw resume\`` };
}

function formatQuota({ metric, limit, usage, region }: QuotaDetails): string {
  const figures = usage === undefined ? `limit ${limit}` : `limit ${limit}, usage ${usage}`;
  return `${metric}${region === undefined ? '' : ` in ${region}`} (${figures})`;
}

function formatDownloadError({ version, url, reason, otherFiles, host }: DownloadDetails): string {
  const others = otherFiles === 0 ? '' : ` (and ${otherFiles} more ${otherFiles === 1 ? 'file' : 'files'})`;
  return `${host === undefined ? '' : `${host}: `}Kubernetes ${version} can't be downloaded: ${url}: ${reason}${others}`;
}

export type ErrorCode = keyof typeof errorCatalogue;
type ErrorDetails<C extends ErrorCode> = Parameters<(typeof errorCatalogue)[C]>[0];

/**
 * An error from the catalogue. `detail` is the reason that the remote service gave, never a request body. The cause is for
 * the log.
 */
export class KthwError<C extends ErrorCode = ErrorCode> extends Error {
  override name = 'KthwError';
  readonly code: C;
  readonly kind: ErrorKind;
  readonly remedy: string;
  readonly detail: string | undefined;
  readonly #details: ErrorDetails<C>;

  constructor(
    code: C,
    details: ErrorDetails<C>,
    options?: { readonly detail?: string | undefined; readonly cause?: unknown; readonly kind?: ErrorKind },
  ) {
    const entry: CatalogueEntry = (errorCatalogue[code] as (d: ErrorDetails<C>) => CatalogueEntry)(details);
    super(entry.message, options?.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.kind = options?.kind ?? entry.kind;
    this.#details = details;
    this.remedy = entry.remedy;
    this.detail = options?.detail;
  }

  /** A copy that fails the run: the step has repeated its attempt until its time limit. */
  toFinal(): KthwError<C> {
    return new KthwError(this.code, this.#details, { detail: this.detail, cause: this.cause, kind: 'denied' });
  }
}

/** The error as stored and shown. Errors outside the catalogue become `bug`; their text stays in the log. */
export function toStepError(error: unknown, doing: string): StepError {
  const e = toKnownError(error) ?? new KthwError('bug', { doing }, { cause: error });
  return {
    code: e.code,
    kind: e.kind,
    message: e.message,
    remedy: e.remedy,
    ...(e.detail === undefined ? {} : { detail: e.detail }),
  };
}

function toKnownError(error: unknown): KthwError | undefined {
  if (error instanceof KthwError) return error;
  if (error instanceof KeyringError) return new KthwError('keyring-refused', error);
  if (error instanceof SecretUnreadable) return new KthwError('secret-unreadable', { problem: error.message });
  return undefined;
}
