import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { KthwError } from '../../../../src/engine/cluster/errors.ts';
import type { ComputeClient } from '../../../../src/engine/gcp/compute/compute-client.ts';
import { createComputeClient } from '../../../../src/engine/gcp/compute/create-compute-client.ts';
import {
  type Answer,
  type ApiServer,
  cut,
  cutInTheMiddle,
  hang,
  html,
  json,
  operation,
  refusal,
  startApiServer,
} from './api-server.ts';

const never = new AbortController().signal;
const network = { name: 'demo', description: 'not to be repeated' };
const check = {
  name: 'demo',
  description: 'not to be repeated',
  host: 'h',
  path: '/',
  port: 80,
  checkIntervalSec: 2,
  timeoutSec: 2,
  healthyThreshold: 1,
};
let server: ApiServer;
let cloud: ComputeClient;

beforeAll(async () => {
  server = await startApiServer();
  cloud = createComputeClient({ project: 'p', endpoint: server.url });
});
beforeEach(() => {
  server.seen.length = 0;
  server.bodies.length = 0;
});
afterAll(() => server.close());

function call(signal = never) {
  return { requestId: randomUUID(), signal };
}

/** Credentials whose token the test releases. */
class SlowAccount extends OAuth2Client {
  readonly #requested = Promise.withResolvers<void>();
  readonly #answered = Promise.withResolvers<void>();
  readonly requested = this.#requested.promise;
  readonly answer = this.#answered.resolve;

  override async getRequestHeaders(): Promise<Headers> {
    this.#requested.resolve();
    await this.#answered.promise;
    return new Headers({ authorization: 'Bearer late' });
  }

  protected override async getRequestMetadataAsync(): Promise<{ headers: Headers }> {
    return { headers: await this.getRequestHeaders() };
  }
}

async function errorOf(work: Promise<unknown>): Promise<KthwError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(KthwError);
  return error as KthwError;
}

const errorInfo = (reason: string) => ({
  details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' }],
});

const answers: [name: string, answer: Answer, code: string][] = [
  ['401', refusal(401, 'authError'), 'cloud-denied'],
  ['403', refusal(403, 'forbidden'), 'cloud-denied'],
  ['403 for a disabled API', refusal(403, 'accessNotConfigured', errorInfo('SERVICE_DISABLED')), 'api-disabled'],
  ['403 for the quota', refusal(403, 'quotaExceeded'), 'quota'],
  ['403 for the rate', refusal(403, 'rateLimitExceeded', errorInfo('RATE_LIMIT_EXCEEDED')), 'rate-limited'],
  [
    '403 for the rate, said only in the ErrorInfo',
    refusal(403, undefined, errorInfo('RATE_LIMIT_EXCEEDED')),
    'rate-limited',
  ],
  ['429', refusal(429, undefined, { status: 'RESOURCE_EXHAUSTED' }), 'rate-limited'],
  ['409 for an operation under way', refusal(409, 'operationInProgress'), 'not-ready'],
  ['400 for a wrong field', refusal(400, 'invalid'), 'cloud-invalid'],
  ['400 for what is not ready', refusal(400, 'resourceNotReady'), 'not-ready'],
  ['400 for what is in use', refusal(400, 'resourceInUseByAnotherResource'), 'in-use'],
  ['412 of an insert', refusal(412, 'conditionNotMet'), 'cloud-invalid'],
  ['503', refusal(503, 'backendError'), 'cloud-unavailable'],
  ['500', refusal(500, 'internalError'), 'cloud-unavailable'],
];

describe.each([
  ['by the client', () => cloud.networks.insert(network, call())],
  ['by REST', () => cloud.healthChecks.insert(check, call())],
])('an insert %s', (_, insert) => {
  test.each(answers)(
    'answered with %s throws after one request, with Google’s message and nothing of the request',
    async (_, answer, code) => {
      server.answers = [answer];
      const error = await errorOf(insert());
      expect(error.code).toBe(code);
      expect(error.detail).toMatch(/^Google says \d+\.$/);
      expect(server.seen).toHaveLength(1);
      expect(server.bodies[0]).toContain('not to be repeated');
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('not to be repeated');
    },
  );

  test('answered with 409 for an existing resource succeeds', async () => {
    server.answers = [refusal(409, 'alreadyExists'), json(200, { name: 'demo' })];
    await insert();
    expect(server.seen).toHaveLength(2);
  });

  test('answered with 409 for another resource throws', async () => {
    server.answers = [refusal(409, 'alreadyExists'), refusal(404, 'notFound')];
    expect((await errorOf(insert())).code).toBe('cloud-invalid');
  });

  test.each([
    ['cut before the answer', cut],
    ['cut in the middle of the answer', cutInTheMiddle],
  ])('%s has an unknown outcome', async (_, answer) => {
    server.answers = [answer];
    const error = await errorOf(insert());
    expect(error.code).toBe('outcome-unknown');
    expect(server.seen).toHaveLength(1);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('not to be repeated');
  });

  test('answered with HTML is unavailable', async () => {
    server.answers = [html];
    expect(await errorOf(insert())).toMatchObject({
      code: 'cloud-unavailable',
      message: expect.stringContaining('500'),
    });
  });
});

describe('a read', () => {
  test.each([
    ['by the client', () => cloud.networks.get(network, never)],
    ['by REST', () => cloud.healthChecks.get(check, never)],
  ])('%s is not retried by the client, because the runner retries', async (_, look) => {
    server.answers = [refusal(503, 'backendError')];
    expect(await errorOf(look())).toMatchObject({ code: 'cloud-unavailable', kind: 'transient' });
    expect(server.seen).toHaveLength(1);
    server.answers = [cut];
    expect(await errorOf(look())).toMatchObject({ code: 'cloud-unavailable', kind: 'transient' });
    server.answers = [refusal(404, 'notFound')];
    expect(await look()).toBeUndefined();
  });
});

describe('waiting for an operation', () => {
  test('continues when `wait` returns early, and names the operation', async () => {
    server.answers = [operation('PENDING'), operation('RUNNING'), operation('DONE')];
    await cloud.networks.insert(network, call());
    const wait = 'POST /global/operations/operation-1/wait';
    expect(server.seen).toEqual(['POST /global/networks', wait, wait]);
  });

  test.each([
    ['a zone', () => cloud.instances.delete({ name: 'm', zone: 'z', region: 'r' }, call()), '/zones/z'],
    ['a region', () => cloud.addresses.delete({ name: 'a', region: 'r' }, call()), '/regions/r'],
    ['the whole project', () => cloud.healthChecks.delete({ name: 'h' }, call()), '/global'],
  ])('polls in %s', async (_, work, scope) => {
    server.answers = [operation('RUNNING'), operation('DONE')];
    await work();
    expect(server.seen[1]).toBe(`POST ${scope}/operations/operation-1/wait`);
  });

  test('tolerates transient errors', async () => {
    server.answers = [operation('RUNNING'), refusal(503, undefined), cut, operation('DONE')];
    await cloud.networks.insert(network, call());
    expect(server.seen).toHaveLength(4);
  });

  test('ends when Google no longer knows the operation', async () => {
    server.answers = [operation('RUNNING'), refusal(404, 'notFound')];
    await cloud.networks.insert(network, call());
  });

  test('fails when polling is denied', async () => {
    server.answers = [operation('RUNNING'), refusal(403, 'forbidden')];
    expect(await errorOf(cloud.networks.insert(network, call()))).toMatchObject({ code: 'cloud-denied' });
  });

  test('fails with the operation’s error, also in the first response', async () => {
    const error = { errors: [{ code: 'QUOTA_EXCEEDED', message: 'Quota CPUS exceeded.' }] };
    server.answers = [operation('DONE', { error, httpErrorStatusCode: 403, httpErrorMessage: 'FORBIDDEN' })];
    expect(await errorOf(cloud.networks.insert(network, call()))).toMatchObject({
      code: 'quota',
      detail: 'Quota CPUS exceeded.',
    });
  });

  test.each([
    ['is never done', operation('RUNNING')],
    ['is never answered', hang],
  ])('has a deadline if it %s', async (_, answer) => {
    const impatientClient = createComputeClient({ project: 'p', endpoint: server.url, operationDeadlineMs: 300 });
    server.answers = [operation('RUNNING'), answer];
    expect(await errorOf(impatientClient.networks.insert(network, call()))).toMatchObject({
      code: 'operation-slow',
      kind: 'transient',
    });
  });

  test.each([
    ['while the call is out', [hang], 1],
    ['while Google holds the wait', [operation('RUNNING'), hang], 2],
    ['between two waits', [operation('RUNNING'), operation('RUNNING')], 2],
  ])('ends immediately when aborted %s', async (_, given, requests) => {
    const controller = new AbortController();
    server.answers = given;
    const outcome = errorOf(cloud.networks.insert(network, call(controller.signal)));
    await vi.waitUntil(() => server.seen.length >= requests, { timeout: 20_000 });
    controller.abort();
    expect(await outcome).toMatchObject({ code: 'cancelled', kind: 'cancelled' });
  });

  test.each([
    ['by the client', (slow: ComputeClient, signal: AbortSignal) => slow.networks.insert(network, call(signal))],
    ['by REST', (slow: ComputeClient, signal: AbortSignal) => slow.healthChecks.insert(check, call(signal))],
  ])('sends no request if aborted while waiting for credentials %s', async (_, insert) => {
    const account = new SlowAccount();
    const slow = createComputeClient({ project: 'p', endpoint: server.url, auth: account });
    const controller = new AbortController();
    const outcome = errorOf(insert(slow, controller.signal));
    await account.requested;
    controller.abort();
    account.answer();
    expect(await outcome).toMatchObject({ code: 'cancelled' });
    expect(server.seen).toEqual([]);
  });

  test('sends no request if already aborted', async () => {
    server.answers = [operation('DONE')];
    expect(await errorOf(cloud.networks.insert(network, call(AbortSignal.abort())))).toMatchObject({
      code: 'cancelled',
    });
    expect(await errorOf(cloud.healthChecks.insert(check, call(AbortSignal.abort())))).toMatchObject({
      code: 'cancelled',
    });
    expect(server.seen).toEqual([]);
  });
});

test('uses the given credentials for every call', async () => {
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: 'somebody' });
  const tokens: (string | undefined)[] = [];
  server.answers = [
    (request, response, body) => {
      tokens.push(request.headers.authorization);
      json(404, {})(request, response, body);
    },
  ];
  const ours = createComputeClient({ project: 'p', endpoint: server.url, auth });
  await ours.networks.get(network, never);
  await ours.healthChecks.get(check, never);
  expect(tokens).toEqual(['Bearer somebody', 'Bearer somebody']);
});
