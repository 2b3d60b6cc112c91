import type { Fault } from '../../store/events.ts';
import { KeyringRefused } from '../../store/vault/vault-errors.ts';

type Kind = Fault['kind'];
interface Entry {
  readonly kind: Kind;
  readonly message: string;
  readonly next: string;
}

/**
 * Every fault that a person can meet: what it is, whose, what to do. The kind decides the retry. `transient` is tried
 * again by itself; `postponed` leaves a step to `resume` and fails nothing else.
 */
const catalogue = {
  // Compute Engine
  'rate-limited': (c: { doing: string }) => transient(`${c.doing}: Google asked us to slow down`),
  'cloud-unavailable': (c: { doing: string; status?: number }) =>
    transient(`${c.doing}: Compute Engine answered ${c.status ?? 'nothing'}`),
  'outcome-unknown': (c: { doing: string }) =>
    transient(`${c.doing}: the call went out and no answer came, so we look at what exists`),
  'not-ready': (c: { doing: string }) => transient(`${c.doing}: something it needs is still being made`),
  'operation-slow': (c: { doing: string; minutes: number }) =>
    transient(`${c.doing}: Google's operation is not done after ${c.minutes} minutes`),
  'not-there-yet': (c: { step: string }) => transient(`${c.step} was asked for and is not there yet`),
  'cloud-denied': (c: { doing: string }) => ({
    kind: 'denied',
    message: `${c.doing}: the service account may not do this`,
    next: 'give it the role that the README lists, then `/kthw resume`',
  }),
  quota: (c: { doing: string }) => ({
    kind: 'denied',
    message: `${c.doing}: a quota of the project is used up`,
    next: 'ask Google for more quota or delete what is not needed, then `/kthw resume`',
  }),
  'zone-exhausted': (c: { doing: string; zone: string }) => ({
    kind: 'denied',
    message: `${c.doing}: ${c.zone} has no such machines free at the moment`,
    next: 'try `/kthw resume` later, or delete and create in another zone',
  }),
  'in-use': (c: { doing: string }) => transient(`${c.doing}: it is still in use by something that is going away`),
  'cloud-invalid': (c: { doing: string }) => ({
    kind: 'invalid',
    message: `${c.doing}: Compute Engine refused the request`,
    next: 'the reason is Google’s own; put it right, then `/kthw resume`',
  }),
  conflict: (c: { what: string }) => ({
    kind: 'conflict',
    message: `${c.what} exists and differs from what this cluster needs`,
    next: 'put it right or remove it, then `/kthw resume`',
  }),
  // machines
  'ssh-unreachable': (c: { host: string }) => transient(`${c.host} does not answer ssh`),
  'ssh-cut': (c: { host: string; doing: string }) => transient(`${c.host}: the connection ended while ${c.doing}`),
  'ssh-denied': (c: { host: string }) => transient(`${c.host} does not take the cluster's ssh key`),
  'ssh-host-key': (c: { host: string }) => ({
    kind: 'conflict',
    message: `${c.host} shows another ssh host key than the one it was created with`,
    next: 'find out who answers at that address; if the machine was rebuilt, delete it, then `/kthw resume`',
  }),
  deadline: (c: { host: string; doing: string; seconds: number }) =>
    transient(`${c.host}: ${c.doing} took longer than ${c.seconds} s`),
  'command-failed': (c: { host: string; doing: string; exitCode: number }) =>
    transient(`${c.host}: ${c.doing} ended with exit code ${c.exitCode}`),
  'disk-full': (c: { host: string; doing: string }) => ({
    kind: 'denied',
    message: `${c.host}: ${c.doing}: no space left on the disk`,
    next: 'free some space on it, then `/kthw resume`',
  }),
  checksum: (c: { host: string; url: string }) => ({
    kind: 'invalid',
    message: `${c.host}: what ${c.url} served does not have the published checksum`,
    next: 'find out what the mirror serves; then `/kthw resume`',
  }),
  'etcd-data-lost': (c: { host: string }) => ({
    kind: 'conflict',
    message: `${c.host}: etcd's data folder is empty though the cluster has formed`,
    next: 'it must rejoin as a new member; starting it as it is could split the cluster',
  }),
  // the cluster
  'not-healthy': (c: { what: string }) => transient(`${c.what} is not healthy yet`),
  'image-unavailable': (c: { image: string }) => ({
    kind: 'postponed',
    message: `the image ${c.image} can't be pulled from where this cluster pulls`,
    next: 'make it available, then `/kthw resume`; everything else goes on',
  }),
  'api-unreachable': (c: { address: string }) => transient(`the API server at ${c.address} does not answer`),
  'api-refused': (c: { doing: string; status: number }) => transient(`${c.doing}: the API server answered ${c.status}`),
  'check-failed': (c: { what: string }) => transient(`${c.what} does not work yet`),
  // the vault
  'keyring-refused': (c: { what: string; next: string }) => ({
    kind: 'denied',
    message: c.what,
    next: `${c.next}; then \`/kthw resume\``,
  }),
  // before anything is made
  preflight: (c: { problems: readonly string[] }) => ({
    kind: 'invalid',
    message: c.problems.join('; '),
    next: 'nothing was made; change what is named and `/kthw create` again',
  }),
  cancelled: (_: object) => ({ kind: 'cancelled', message: 'stopped on request', next: '`/kthw resume` goes on' }),
  bug: (c: { doing: string }) => ({
    kind: 'bug',
    message: `${c.doing}: something that should not happen did`,
    next: 'the log has the cause; please report it. `/kthw resume` tries again',
  }),
} as const satisfies Record<string, (c: never) => Entry>;

function transient(message: string): Entry & { readonly kind: 'transient' } {
  return { kind: 'transient', message, next: 'nothing: it is tried again' };
}

export type ErrorCode = keyof typeof catalogue;
type Details<C extends ErrorCode> = Parameters<(typeof catalogue)[C]>[0];

/** An error from the catalogue. `detail` is the other side's own reason (never a request's body); the cause is for the log. */
export class KthwError<C extends ErrorCode = ErrorCode> extends Error {
  override name = 'KthwError';
  readonly code: C;
  readonly kind: Kind;
  readonly next: string;
  readonly detail: string | undefined;

  constructor(
    code: C,
    details: Details<C>,
    options?: { readonly detail?: string | undefined; readonly cause?: unknown },
  ) {
    const entry: Entry = (catalogue[code] as (d: Details<C>) => Entry)(details);
    super(entry.message, options?.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.kind = entry.kind;
    this.next = entry.next;
    this.detail = options?.detail;
  }
}

/** The fault as it is journalled and shown. What is not from the catalogue is a bug, and its text stays in the log. */
export function faultOf(error: unknown, doing: string): Fault {
  const e = known(error) ?? new KthwError('bug', { doing }, { cause: error });
  return {
    code: e.code,
    kind: e.kind,
    message: e.message,
    next: e.next,
    ...(e.detail === undefined ? {} : { detail: e.detail }),
  };
}

function known(error: unknown): KthwError | undefined {
  if (error instanceof KthwError) return error;
  if (error instanceof KeyringRefused) return new KthwError('keyring-refused', error);
  return undefined;
}
