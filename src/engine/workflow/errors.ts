import type { StepError } from '../../store/events.ts';
import { KeyringError } from '../../store/vault/vault-errors.ts';

type ErrorKind = StepError['kind'];
interface CatalogueEntry {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Every fault that a person can meet: what it is, whose, what to do. The kind decides the retry. `transient` is tried
 * again by itself; `postponed` leaves a step to `resume` and fails nothing else.
 */
const errorCatalogue = {
  // Compute Engine
  'rate-limited': (c: { doing: string }) => createTransientEntry(`${c.doing}: Google asked us to slow down`),
  'cloud-unavailable': (c: { doing: string; status?: number }) =>
    createTransientEntry(`${c.doing}: Compute Engine answered ${c.status ?? 'nothing'}`),
  'outcome-unknown': (c: { doing: string }) =>
    createTransientEntry(`${c.doing}: the call went out and no answer came, so we look at what exists`),
  'not-ready': (c: { doing: string }) => createTransientEntry(`${c.doing}: something it needs is still being made`),
  'operation-slow': (c: { doing: string; minutes: number }) =>
    createTransientEntry(`${c.doing}: Google's operation is not done after ${c.minutes} minutes`),
  'not-there-yet': (c: { step: string }) => createTransientEntry(`${c.step} was asked for and is not there yet`),
  'cloud-denied': (c: { doing: string }) => ({
    kind: 'denied',
    message: `${c.doing}: the service account may not do this`,
    remedy: 'give it the role that the README lists, then `/kthw resume`',
  }),
  quota: (c: { doing: string }) => ({
    kind: 'denied',
    message: `${c.doing}: a quota of the project is used up`,
    remedy: 'ask Google for more quota or delete what is not needed, then `/kthw resume`',
  }),
  'zone-exhausted': (c: { doing: string; zone: string }) => ({
    kind: 'denied',
    message: `${c.doing}: ${c.zone} has no such machines free at the moment`,
    remedy: 'try `/kthw resume` later, or delete and create in another zone',
  }),
  'in-use': (c: { doing: string }) =>
    createTransientEntry(`${c.doing}: it is still in use by something that is going away`),
  'cloud-invalid': (c: { doing: string }) => ({
    kind: 'invalid',
    message: `${c.doing}: Compute Engine refused the request`,
    remedy: 'the reason is Google’s own; put it right, then `/kthw resume`',
  }),
  conflict: (c: { what: string }) => ({
    kind: 'conflict',
    message: `${c.what} exists and differs from what this cluster needs`,
    remedy: 'put it right or remove it, then `/kthw resume`',
  }),
  // machines
  'ssh-unreachable': (c: { host: string }) => createTransientEntry(`${c.host} does not answer ssh`),
  'ssh-cut': (c: { host: string; doing: string }) =>
    createTransientEntry(`${c.host}: the connection ended while ${c.doing}`),
  'ssh-denied': (c: { host: string }) => createTransientEntry(`${c.host} does not take the cluster's ssh key`),
  'ssh-host-key': (c: { host: string }) => ({
    kind: 'conflict',
    message: `${c.host} shows another ssh host key than the one it was created with`,
    remedy: 'find out who answers at that address; if the machine was rebuilt, delete it, then `/kthw resume`',
  }),
  deadline: (c: { host: string; doing: string; seconds: number }) =>
    createTransientEntry(`${c.host}: ${c.doing} took longer than ${c.seconds} s`),
  'command-failed': (c: { host: string; doing: string; exitCode: number }) =>
    createTransientEntry(`${c.host}: ${c.doing} ended with exit code ${c.exitCode}`),
  'disk-full': (c: { host: string; doing: string }) => ({
    kind: 'denied',
    message: `${c.host}: ${c.doing}: no space left on the disk`,
    remedy: 'free some space on it, then `/kthw resume`',
  }),
  checksum: (c: { host: string; url: string }) => ({
    kind: 'invalid',
    message: `${c.host}: what ${c.url} served does not have the published checksum`,
    remedy: 'find out what the mirror serves; then `/kthw resume`',
  }),
  'etcd-data-lost': (c: { host: string }) => ({
    kind: 'conflict',
    message: `${c.host}: etcd's data folder is empty though the cluster has formed`,
    remedy: 'it must rejoin as a new member; starting it as it is could split the cluster',
  }),
  // the cluster
  'not-healthy': (c: { what: string }) => createTransientEntry(`${c.what} is not healthy yet`),
  'image-unavailable': (c: { image: string }) => ({
    kind: 'deferred',
    message: `the image ${c.image} can't be pulled from where this cluster pulls`,
    remedy: 'make it available, then `/kthw resume`; everything else goes on',
  }),
  'api-unreachable': (c: { address: string }) => createTransientEntry(`the API server at ${c.address} does not answer`),
  'api-refused': (c: { doing: string; status: number }) =>
    createTransientEntry(`${c.doing}: the API server answered ${c.status}`),
  'check-failed': (c: { what: string }) => createTransientEntry(`${c.what} does not work yet`),
  // the vault
  'keyring-refused': (c: { problem: string; remedy: string }) => ({
    kind: 'denied',
    message: c.problem,
    remedy: `${c.remedy}; then \`/kthw resume\``,
  }),
  // before anything is made
  preflight: (c: { problems: readonly string[] }) => ({
    kind: 'invalid',
    message: c.problems.join('; '),
    remedy: 'nothing was made; change what is named and `/kthw create` again',
  }),
  cancelled: (_: object) => ({ kind: 'cancelled', message: 'stopped on request', remedy: '`/kthw resume` goes on' }),
  bug: (c: { doing: string }) => ({
    kind: 'bug',
    message: `${c.doing}: something that should not happen did`,
    remedy: 'the log has the cause; please report it. `/kthw resume` tries again',
  }),
} as const satisfies Record<string, (c: never) => CatalogueEntry>;

function createTransientEntry(message: string): CatalogueEntry & { readonly kind: 'transient' } {
  return { kind: 'transient', message, remedy: 'nothing: it is tried again' };
}

export type ErrorCode = keyof typeof errorCatalogue;
type ErrorDetails<C extends ErrorCode> = Parameters<(typeof errorCatalogue)[C]>[0];

/** An error from the catalogue. `detail` is the other side's own reason (never a request's body); the cause is for the log. */
export class KthwError<C extends ErrorCode = ErrorCode> extends Error {
  override name = 'KthwError';
  readonly code: C;
  readonly kind: ErrorKind;
  readonly remedy: string;
  readonly detail: string | undefined;

  constructor(
    code: C,
    details: ErrorDetails<C>,
    options?: { readonly detail?: string | undefined; readonly cause?: unknown },
  ) {
    const entry: CatalogueEntry = (errorCatalogue[code] as (d: ErrorDetails<C>) => CatalogueEntry)(details);
    super(entry.message, options?.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.kind = entry.kind;
    this.remedy = entry.remedy;
    this.detail = options?.detail;
  }
}

/** The fault as it is journalled and shown. What is not from the catalogue is a bug, and its text stays in the log. */
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
  return undefined;
}
