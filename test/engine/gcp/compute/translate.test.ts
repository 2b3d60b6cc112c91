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
  verb: 'get' | 'insert' | 'delete',
  meaning: ComputeErrorKind,
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
  [403, ['accessNotConfigured', 'SERVICE_DISABLED'], 'get', 'cloud-denied'],
  [401, [], 'get', 'cloud-denied'],
  [429, [], 'get', 'rate-limited'],
  [400, ['resourceInUseByAnotherResource'], 'delete', 'in-use'],
  [400, ['resourceNotReady'], 'insert', 'not-ready'],
  [400, ['invalid'], 'insert', 'cloud-invalid'],
  [400, [], 'insert', 'cloud-invalid'],
  [412, ['conditionNotMet'], 'insert', 'not-ready'],
  [412, [], 'insert', 'not-ready'],
  [500, [], 'insert', 'cloud-unavailable'],
  [503, ['backendError'], 'get', 'cloud-unavailable'],
  [undefined, [], 'get', 'cloud-unavailable'],
  [undefined, [], 'insert', 'outcome-unknown'],
  [undefined, [], 'delete', 'outcome-unknown'],
  // operations
  [undefined, ['QUOTA_EXCEEDED'], 'insert', 'quota'],
  [undefined, ['ZONE_RESOURCE_POOL_EXHAUSTED'], 'insert', 'zone-exhausted'],
  [undefined, ['ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS'], 'insert', 'zone-exhausted'],
  [undefined, ['RESOURCE_IN_USE_BY_ANOTHER_RESOURCE'], 'delete', 'in-use'],
  [undefined, ['RESOURCE_ALREADY_EXISTS'], 'insert', 'exists'],
  [undefined, ['RESOURCE_NOT_FOUND'], 'delete', 'absent'],
  [503, ['SOMETHING_NEW'], 'insert', 'cloud-unavailable'],
  [undefined, ['SOMETHING_NEW'], 'insert', 'cloud-invalid'],
])('%s %j on %s is %s', (status, reasons, verb, meaning) => {
  expect(classifyError({ status, reasons, detail: undefined }, verb)).toBe(meaning);
});

describe('faults', () => {
  const context = { doing: 'making machine m', verb: 'insert', zone: 'europe-west1-b' } as const;
  const answer = { status: 400, reasons: ['invalid'], detail: 'Invalid value.' };

  test.each<[ComputeErrorKind, string]>([
    ['exists', 'cloud-invalid'],
    ['absent', 'cloud-invalid'],
    ['rate-limited', 'rate-limited'],
    ['quota', 'quota'],
    ['zone-exhausted', 'zone-exhausted'],
    ['in-use', 'in-use'],
    ['not-ready', 'not-ready'],
    ['outcome-unknown', 'outcome-unknown'],
    ['cloud-unavailable', 'cloud-unavailable'],
    ['cloud-denied', 'cloud-denied'],
    ['cloud-invalid', 'cloud-invalid'],
  ])('%s is thrown as %s, with Google’s own sentence beside it', (meaning, code) => {
    const fault = createComputeError(meaning, answer, context);
    expect(fault).toMatchObject({ code, detail: 'Invalid value.' });
    expect(fault.message).toContain('making machine m');
    expect(fault.message).not.toContain('undefined');
  });

  test('a zone without machines is named', () => {
    expect(createComputeError('zone-exhausted', answer, context).message).toContain('europe-west1-b');
  });
});

describe('reading an error', () => {
  const envelope = { error: { code: 403, message: 'No.', errors: [{ reason: 'quotaExceeded' }] } };

  test.each<[string, unknown, ReturnType<typeof parseErrorResponse>]>([
    [
      'of the REST calls',
      Object.assign(new Error('x'), { status: 403, response: { data: envelope } }),
      { status: 403, reasons: ['quotaExceeded'], detail: 'No.' },
    ],
    [
      'whose cause says how the connection ended',
      Object.assign(new Error('x', { cause: Object.assign(new Error('y'), { code: 'ECONNRESET' }) }), { code: 14 }),
      { status: undefined, reasons: [], detail: 'ECONNRESET' },
    ],
    ['that is none', 'a text', { status: undefined, reasons: [], detail: undefined }],
    ['that is nothing', undefined, { status: undefined, reasons: [], detail: undefined }],
  ])('%s', (_, error, answer) => {
    expect(parseErrorResponse(error)).toEqual(answer);
  });

  test('an operation without errors has no answer to read', () => {
    expect(parseOperationErrors({})).toBeUndefined();
    expect(parseOperationErrors({ error: { errors: [] } })).toBeUndefined();
  });

  test('an operation with several errors tells all of them, in brief', () => {
    const errors = [
      { code: 'A', message: 'first' },
      { code: 'B', message: 'x'.repeat(1000) },
    ];
    const answer = parseOperationErrors({ error: { errors }, httpErrorStatusCode: 400 });
    expect(answer).toMatchObject({ status: 400, reasons: ['A', 'B'] });
    expect(answer?.detail).toMatch(/^first; x+…$/);
    expect(answer?.detail).toHaveLength(500);
  });
});
