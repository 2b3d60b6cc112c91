import { KthwError } from '../../workflow/errors.ts';
import type { ErrorResponse } from './error-response.ts';

export interface CallContext {
  /** `making network kthw`. */
  readonly doing: string;
  readonly verb: 'get' | 'insert' | 'delete' | 'label' | 'set';
  readonly zone?: string | undefined;
}

/** What a failed call means: a fault, or what the caller wanted anyway. */
export type ComputeErrorKind =
  | 'exists'
  | 'absent'
  | 'rate-limited'
  | 'quota'
  | 'zone-exhausted'
  | 'in-use'
  | 'not-ready'
  | 'outcome-unknown'
  | 'cloud-unavailable'
  | 'cloud-denied'
  | 'cloud-invalid';

/**
 * Google's words, without capitals and underscores because answers write `quotaExceeded` and operations `QUOTA_EXCEEDED`.
 * In order: a spent rate also bears the word for a spent quota.
 * Sources: https://cloud.google.com/compute/docs/api/errors, https://cloud.google.com/compute/docs/troubleshooting
 */
const reasonsByKind: readonly (readonly [meaning: ComputeErrorKind, reasons: readonly string[]])[] = [
  ['exists', ['alreadyexists', 'resourcealreadyexists']],
  [
    'rate-limited',
    [
      'ratelimitexceeded',
      'userratelimitexceeded',
      'concurrentoperationsquotaexceeded',
      'operationratelimitexceeded',
      'resourceoperationrateexceeded',
    ],
  ],
  ['quota', ['quotaexceeded', 'limitexceeded']],
  [
    'zone-exhausted',
    [
      'zoneresourcepoolexhausted',
      'zoneresourcepoolexhaustedwithdetails',
      'resourcepoolexhausted',
      'resourcepoolexhaustedwithdetails',
    ],
  ],
  ['in-use', ['resourceinusebyanotherresource', 'resourceinuse']],
  ['not-ready', ['resourcenotready', 'operationinprogress', 'conditionnotmet']],
  ['absent', ['notfound', 'resourcenotfound']],
  ['cloud-unavailable', ['internalerror', 'backenderror', 'serviceunavailable']],
  ['cloud-denied', ['permissionserror', 'permissiondenied', 'forbidden']],
];

/** Pure. By Google's own reasons; where they are unknown or none came, by the HTTP status. */
export function classifyError({ status, reasons }: ErrorResponse, verb: CallContext['verb']): ComputeErrorKind {
  const words = new Set(reasons.map((reason) => reason.toLowerCase().replaceAll('_', '')));
  const match = reasonsByKind.find(([, kindReasons]) => kindReasons.some((word) => words.has(word)));
  if (match) return match[0];
  // Without an answer nobody knows whether a change was made.
  if (status === undefined)
    return reasons.length > 0 ? 'cloud-invalid' : verb === 'get' ? 'cloud-unavailable' : 'outcome-unknown';
  if (status >= 500 || status === 408) return 'cloud-unavailable';
  switch (status) {
    case 401:
    case 403:
      return 'cloud-denied';
    case 404:
      return 'absent';
    case 409:
      return verb === 'insert' ? 'exists' : 'not-ready';
    case 412:
      return 'not-ready';
    case 429:
      return 'rate-limited';
    default:
      return 'cloud-invalid';
  }
}

/** The fault to throw. The cause tells of the answer and of nothing that was sent: errors of Google's libraries hold whole requests. */
export function createComputeError(
  kind: ComputeErrorKind,
  response: ErrorResponse,
  { doing, zone }: CallContext,
): KthwError {
  const options = { detail: response.detail, cause: buildCause(response) };
  switch (kind) {
    // Neither was wanted here: something that the resource refers to is not there, or is there twice.
    case 'exists':
    case 'absent':
      return new KthwError('cloud-invalid', { doing }, options);
    case 'zone-exhausted':
      return new KthwError('zone-exhausted', { doing, zone: zone ?? 'the zone' }, options);
    case 'cloud-unavailable':
      return new KthwError(
        'cloud-unavailable',
        { doing, ...(response.status === undefined ? {} : { status: response.status }) },
        options,
      );
    case 'rate-limited':
    case 'quota':
    case 'in-use':
    case 'not-ready':
    case 'outcome-unknown':
    case 'cloud-denied':
    case 'cloud-invalid':
      return new KthwError(kind, { doing }, options);
    default:
      return kind satisfies never;
  }
}

function buildCause({ status, reasons, detail }: ErrorResponse): Error {
  return new Error(
    `Compute Engine: ${status ?? 'no answer'} ${reasons.join(' ')}${detail === undefined ? '' : `: ${detail}`}`,
  );
}
