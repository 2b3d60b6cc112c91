import { KthwError } from '../../cluster/errors.ts';
import type { ErrorResponse } from './error-response.ts';

export interface CallContext {
  /** As `creating network kthw`. */
  readonly doing: string;
  readonly verb: 'get' | 'insert' | 'delete' | 'label' | 'set';
  readonly zone?: string | undefined;
}

/** Cause of a failed call. `exists` and `absent` may be the desired outcome. */
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
  | 'policy-denied'
  | 'api-disabled'
  | 'billing-disabled'
  | 'cloud-denied'
  | 'cloud-invalid';

/**
 * Google's reasons in lower case without underscores: responses write `quotaExceeded`, operations `QUOTA_EXCEEDED`. The
 * order matters: rate limit errors may also carry the reason `quotaExceeded`.
 * Sources: https://cloud.google.com/compute/docs/api/errors, https://cloud.google.com/compute/docs/troubleshooting
 */
const reasonsByKind: readonly (readonly [kind: ComputeErrorKind, reasons: readonly string[]])[] = [
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
  ['in-use', ['resourceinusebyanotherresource', 'resourceinuse', 'ipinusebyanotherresource']],
  ['not-ready', ['resourcenotready', 'operationinprogress']],
  ['absent', ['notfound', 'resourcenotfound']],
  ['cloud-unavailable', ['internalerror', 'backenderror', 'serviceunavailable']],
  ['api-disabled', ['accessnotconfigured', 'servicedisabled']],
  ['billing-disabled', ['billingdisabled', 'ureqprojectbillingnotfound']],
  ['cloud-denied', ['permissionserror', 'permissiondenied', 'forbidden']],
];

/** Classifies an error by Google's reasons, or by the HTTP status if no reason is known. Pure. */
export function classifyError({ status, reasons, detail }: ErrorResponse, verb: CallContext['verb']): ComputeErrorKind {
  // Policies and billing have no reason of their own: they come with `conditionNotMet` and `forbidden`.
  if (parseConstraint(detail) !== undefined) return 'policy-denied';
  if (/\bbilling (has been |is )?disabled\b|requires billing to be enabled/i.test(detail ?? ''))
    return 'billing-disabled';
  const normalized = new Set(reasons.map((reason) => reason.toLowerCase().replaceAll('_', '')));
  const match = reasonsByKind.find(([, kindReasons]) => kindReasons.some((reason) => normalized.has(reason)));
  if (match) return match[0];
  if (normalized.has('conditionnotmet')) return classifyUnmetCondition(verb);
  // Without a response, a change may or may not have been made.
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
      return classifyUnmetCondition(verb);
    case 429:
      return 'rate-limited';
    default:
      return 'cloud-invalid';
  }
}

/**
 * A change of a fingerprinted resource is repeated after another read. Other calls have no condition that kthw could meet.
 * https://cloud.google.com/compute/docs/metadata/setting-custom-metadata, 2026-12-01
 */
function classifyUnmetCondition(verb: CallContext['verb']): ComputeErrorKind {
  return verb === 'set' || verb === 'label' ? 'not-ready' : 'cloud-invalid';
}

/** Builds the error to throw. Its cause holds the response only: errors of Google's libraries contain whole requests. */
export function createComputeError(
  kind: ComputeErrorKind,
  response: ErrorResponse,
  { doing, zone }: CallContext,
): KthwError {
  const options = { detail: response.detail, cause: buildCause(response) };
  switch (kind) {
    // Not the desired outcome here: a referenced resource is missing or exists twice.
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
    case 'quota':
      return new KthwError('quota', { doing, quota: parseQuota(response.detail) }, options);
    case 'cloud-denied':
      return new KthwError('cloud-denied', { doing, permission: parsePermission(response.detail) }, options);
    case 'policy-denied':
      return new KthwError('policy-denied', { doing, constraint: parseConstraint(response.detail) ?? '' }, options);
    case 'api-disabled':
      return new KthwError('api-disabled', { doing, api: parseApi(response.detail) }, options);
    case 'rate-limited':
    case 'in-use':
    case 'billing-disabled':
    case 'not-ready':
    case 'outcome-unknown':
    case 'cloud-invalid':
      return new KthwError(kind, { doing }, options);
    default:
      return kind satisfies never;
  }
}

/** Reads `Quota 'CPUS' exceeded.  Limit: 8.0 in region us-west1.` */
function parseQuota(detail = '') {
  const [, metric, limit, region] =
    /Quota '([^']+)' exceeded\.\s+Limit: (\d+(?:\.\d+)?)(?: in region ([a-z0-9-]+))?/.exec(detail) ?? [];
  return metric === undefined ? undefined : { metric, limit: Number(limit), region };
}

/** Reads `Required 'compute.instances.create' permission for 'projects/p/…'`. */
function parsePermission(detail = ''): string | undefined {
  return /Required '([\w.]+)' permission/.exec(detail)?.[1];
}

/** Reads `Constraint constraints/compute.vmExternalIpAccess violated for project 123.` */
function parseConstraint(detail = ''): string | undefined {
  return /\bconstraints\/([a-zA-Z.]+[a-zA-Z])/.exec(detail)?.[1];
}

/** Reads `Compute Engine API has not been used in project …/apis/api/compute.googleapis.com/overview?…` */
function parseApi(detail = ''): string {
  return (
    /\b([a-z]+\.googleapis\.com)\b/.exec(detail.replaceAll('console.developers.google.com', ''))?.[1] ??
    'compute.googleapis.com'
  );
}

function buildCause({ status, reasons, detail }: ErrorResponse): Error {
  return new Error(
    `Compute Engine: ${status ?? 'no response'} ${reasons.join(' ')}${detail === undefined ? '' : `: ${detail}`}`,
  );
}
