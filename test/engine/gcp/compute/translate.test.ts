import { describe, expect, test } from 'vitest';
import {
  type ComputeErrorKind,
  classifyError,
  createComputeError,
} from '../../../../src/engine/gcp/compute/classify-error.ts';
import { parseErrorResponse, parseOperationErrors } from '../../../../src/engine/gcp/compute/error-response.ts';

type Case = [
  status: number | undefined,
  reasons: string[],
  verb: 'get' | 'insert' | 'delete' | 'set' | 'label',
  kind: ComputeErrorKind,
];

test.each<Case>([
  [409, ['alreadyExists'], 'insert', 'exists'],
  [409, [], 'insert', 'exists'],
  [409, [], 'delete', 'not-ready'],
  [409, ['operationInProgress'], 'insert', 'not-ready'],
  [404, ['notFound'], 'get', 'absent'],
  [404, [], 'delete', 'absent'],
  [403, ['rateLimitExceeded'], 'insert', 'rate-limited'],
  [403, ['forbidden', 'RATE_LIMIT_EXCEEDED'], 'insert', 'rate-limited'],
  [403, ['quotaExceeded', 'RATE_LIMIT_EXCEEDED'], 'insert', 'rate-limited'],
  [403, ['CONCURRENT_OPERATIONS_QUOTA_EXCEEDED'], 'insert', 'rate-limited'],
  [403, ['quotaExceeded'], 'insert', 'quota'],
  [403, ['forbidden'], 'insert', 'cloud-denied'],
  [403, [], 'get', 'cloud-denied'],
  [403, ['accessNotConfigured', 'SERVICE_DISABLED'], 'get', 'api-disabled'],
  [403, ['BILLING_DISABLED'], 'insert', 'billing-disabled'],
  [401, [], 'get', 'cloud-denied'],
  [429, [], 'get', 'rate-limited'],
  [400, ['resourceInUseByAnotherResource'], 'delete', 'in-use'],
  [400, ['resourceNotReady'], 'insert', 'not-ready'],
  [400, ['invalid'], 'insert', 'cloud-invalid'],
  [400, [], 'insert', 'cloud-invalid'],
  [412, ['conditionNotMet'], 'insert', 'cloud-invalid'],
  [412, [], 'insert', 'cloud-invalid'],
  [412, ['conditionNotMet'], 'delete', 'cloud-invalid'],
  [412, ['conditionNotMet'], 'set', 'not-ready'],
  [412, ['conditionNotMet'], 'label', 'not-ready'],
  [undefined, ['CONDITION_NOT_MET'], 'insert', 'cloud-invalid'],
  [400, ['ipInUseByAnotherResource'], 'insert', 'in-use'],
  [undefined, ['IP_IN_USE_BY_ANOTHER_RESOURCE'], 'insert', 'in-use'],
  [500, [], 'insert', 'cloud-unavailable'],
  [503, ['backendError'], 'get', 'cloud-unavailable'],
  [undefined, [], 'get', 'cloud-unavailable'],
  [undefined, [], 'insert', 'outcome-unknown'],
  [undefined, [], 'delete', 'outcome-unknown'],
  // Operations
  [undefined, ['QUOTA_EXCEEDED'], 'insert', 'quota'],
  [undefined, ['ZONE_RESOURCE_POOL_EXHAUSTED'], 'insert', 'zone-exhausted'],
  [undefined, ['ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS'], 'insert', 'zone-exhausted'],
  [undefined, ['RESOURCE_IN_USE_BY_ANOTHER_RESOURCE'], 'delete', 'in-use'],
  [undefined, ['RESOURCE_ALREADY_EXISTS'], 'insert', 'exists'],
  [undefined, ['RESOURCE_NOT_FOUND'], 'delete', 'absent'],
  [503, ['SOMETHING_NEW'], 'insert', 'cloud-unavailable'],
  [undefined, ['SOMETHING_NEW'], 'insert', 'cloud-invalid'],
])('classifies %s %j on %s as %s', (status, reasons, verb, kind) => {
  expect(classifyError({ status, reasons, detail: undefined }, verb)).toBe(kind);
});

// Texts that users have quoted in public issues, 2026-12-01.
test.each<[number, string[], string, ComputeErrorKind]>([
  [
    412,
    ['conditionNotMet'],
    'Constraint constraints/compute.vmExternalIpAccess violated for project 123456789. Add instance projects/p/zones/us-west1-c/instances/m to the constraint to use external IP with it.',
    'policy-denied',
  ],
  [
    412,
    ['conditionNotMet'],
    "Constraint constraints/compute.requireShieldedVm violated for project projects/p. The boot disk's 'initialize_params.source_image' field specifies a non-Shielded image: projects/x/global/images/y.",
    'policy-denied',
  ],
  [403, ['forbidden'], 'Project p (#808448574146) has billing disabled. Please enable it.', 'billing-disabled'],
])('classifies %s %j by the message "%s"', (status, reasons, detail, kind) => {
  expect(classifyError({ status, reasons, detail }, 'insert')).toBe(kind);
});

describe('createComputeError', () => {
  const context = { doing: 'creating instance m', verb: 'insert', zone: 'europe-west1-b' } as const;
  const response = { status: 400, reasons: ['invalid'], detail: 'Invalid value.' };

  test.each<[ComputeErrorKind, string]>([
    ['exists', 'cloud-invalid'],
    ['absent', 'cloud-invalid'],
    ['rate-limited', 'rate-limited'],
    ['quota', 'quota'],
    ['zone-exhausted', 'zone-exhausted'],
    ['in-use', 'in-use'],
    ['policy-denied', 'policy-denied'],
    ['api-disabled', 'api-disabled'],
    ['billing-disabled', 'billing-disabled'],
    ['not-ready', 'not-ready'],
    ['outcome-unknown', 'outcome-unknown'],
    ['cloud-unavailable', 'cloud-unavailable'],
    ['cloud-denied', 'cloud-denied'],
    ['cloud-invalid', 'cloud-invalid'],
  ])('maps %s to %s and keeps Google’s message as the detail', (kind, code) => {
    const error = createComputeError(kind, response, context);
    expect(error).toMatchObject({ code, detail: 'Invalid value.' });
    expect(error.message).toContain('creating instance m');
    expect(error.message).not.toContain('undefined');
  });

  test('names the policy and what its administrator must change', () => {
    const detail = 'Constraint constraints/compute.vmCanIpForward violated for project 123.';
    expect(createComputeError('policy-denied', { ...response, status: 412, detail }, context)).toMatchObject({
      kind: 'denied',
      message: 'creating instance m: forbidden by the organization policy compute.vmCanIpForward',
      remedy: expect.stringMatching(/administrator .* allow IP forwarding for instances in this project, then/),
    });
  });

  test('names the disabled API', () => {
    const detail =
      'Access Not Configured. Compute Engine API has not been used in project 1 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/compute.googleapis.com/overview?project=1 then retry.';
    expect(createComputeError('api-disabled', { ...response, detail }, context).remedy).toContain(
      'gcloud services enable compute.googleapis.com',
    );
  });

  test('names the zone without capacity', () => {
    expect(createComputeError('zone-exhausted', response, context).message).toContain('europe-west1-b');
  });

  test.each<[ComputeErrorKind, string, string]>([
    [
      'quota',
      "Quota 'CPUS' exceeded.  Limit: 8.0 in region us-west1.",
      'creating instance m: quota exceeded: CPUS in us-west1 (limit 8)',
    ],
    [
      'quota',
      "Quota 'FIREWALLS' exceeded. Limit: 100.0 globally.",
      'creating instance m: quota exceeded: FIREWALLS (limit 100)',
    ],
    ['quota', 'Too many.', 'creating instance m: quota exceeded'],
    [
      'cloud-denied',
      "Required 'compute.instances.create' permission for 'projects/p/zones/z/instances/m'",
      'creating instance m: permission denied (compute.instances.create)',
    ],
    ['cloud-denied', 'No.', 'creating instance m: permission denied'],
  ])('names what Google names in %s: %s', (kind, detail, message) => {
    expect(createComputeError(kind, { ...response, detail }, context).message).toBe(message);
  });
});

describe('parseErrorResponse', () => {
  const envelope = { error: { code: 403, message: 'No.', errors: [{ reason: 'quotaExceeded' }] } };

  test.each<[string, unknown, ReturnType<typeof parseErrorResponse>]>([
    [
      'an error of a REST call',
      Object.assign(new Error('x'), { status: 403, response: { data: envelope } }),
      { status: 403, reasons: ['quotaExceeded'], detail: 'No.' },
    ],
    [
      'a connection error code in the cause',
      Object.assign(new Error('x', { cause: Object.assign(new Error('y'), { code: 'ECONNRESET' }) }), { code: 14 }),
      { status: undefined, reasons: [], detail: 'ECONNRESET' },
    ],
    ['a thrown string', 'a text', { status: undefined, reasons: [], detail: undefined }],
    ['undefined', undefined, { status: undefined, reasons: [], detail: undefined }],
  ])('parses %s', (_, error, response) => {
    expect(parseErrorResponse(error)).toEqual(response);
  });

  test('returns undefined for an operation without errors', () => {
    expect(parseOperationErrors({})).toBeUndefined();
    expect(parseOperationErrors({ error: { errors: [] } })).toBeUndefined();
  });

  test('joins and truncates the errors of an operation', () => {
    const errors = [
      { code: 'A', message: 'first' },
      { code: 'B', message: 'x'.repeat(1000) },
    ];
    const response = parseOperationErrors({ error: { errors }, httpErrorStatusCode: 400 });
    expect(response).toMatchObject({ status: 400, reasons: ['A', 'B'] });
    expect(response?.detail).toMatch(/^first; x+…$/);
    expect(response?.detail).toHaveLength(500);
  });
});
