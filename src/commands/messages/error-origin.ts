import type { StepError } from '../../store/step-error.ts';

/** Where the cause of an error is, so that the reader knows who can fix it. */
export type ErrorOrigin = 'project' | 'kthw' | 'google' | 'instances' | 'cancelled';

const originByKind: Readonly<Record<StepError['kind'], ErrorOrigin>> = {
  transient: 'instances',
  conflict: 'project',
  denied: 'project',
  invalid: 'project',
  cancelled: 'cancelled',
  deferred: 'project',
  bug: 'kthw',
};

/** Errors whose kind doesn't determine the origin. */
const originByCode: Readonly<Record<string, ErrorOrigin>> = {
  'rate-limited': 'google',
  'cloud-unavailable': 'google',
  'outcome-unknown': 'google',
  'not-ready': 'google',
  'operation-slow': 'google',
  'zone-exhausted': 'google',
  'in-use': 'google',
  'disk-full': 'instances',
  checksum: 'instances',
  'ssh-host-key': 'instances',
};

const originTexts: Readonly<Record<ErrorOrigin, string>> = {
  project: 'Cause: project configuration or the request.',
  kthw: 'Cause: an internal error in kthw.',
  google: 'Cause: Google Compute Engine.',
  instances: 'Cause: an instance or the network.',
  cancelled: 'Cause: a user cancelled the run.',
};

export function getErrorOrigin({ code, kind }: Pick<StepError, 'code' | 'kind'>): ErrorOrigin {
  return originByCode[code] ?? originByKind[kind];
}

export function formatErrorOrigin(error: Pick<StepError, 'code' | 'kind'>): string {
  return originTexts[getErrorOrigin(error)];
}
