import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { SecretMissing } from '../../src/secrets/secret-manager-source.ts';
import { resolveSecrets } from '../../src/secrets/secret-source.ts';
import { type GoogleApi, Refusal, startGoogleApi } from '../support/google-api.ts';

const name = 'projects/p/secrets/kthw-slack-token/versions/latest';
let api: GoogleApi;
let value: string | undefined;
/** What the next calls are answered with. */
let refusals: Refusal[];

beforeAll(async () => {
  api = await startGoogleApi((method, path, _, request) => {
    const refusal = refusals.shift();
    if (refusal) throw refusal;
    if (request.headers.authorization !== 'Bearer local') throw new Refusal(401, 'UNAUTHENTICATED', 'who is it?');
    if (method !== 'GET' || path !== `/v1/${name}:access` || value === undefined)
      throw new Refusal(404, 'NOT_FOUND', 'Secret [x] not found or has no versions.');
    return { name, payload: { data: Buffer.from(value).toString('base64') } };
  });
});
beforeEach(() => {
  value = 'xoxb-quiet\n';
  refusals = [];
});
afterAll(() => api.stop());

describe('secret references', () => {
  test('are replaced, and other variables are kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kthw-secrets-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'signing'), 'shh\n', { mode: 0o600 });
    const environment = {
      ...{ SLACK_BOT_TOKEN: `secret-manager:${name}`, SLACK_SIGNING_SECRET: `file:${folder}/signing` },
      ...{ OTHER: `file:${folder}/signing`, PORT: '1' },
    };
    expect(await reading(environment)).toEqual({
      ...environment,
      SLACK_BOT_TOKEN: 'xoxb-quiet',
      SLACK_SIGNING_SECRET: 'shh',
    });
  });

  test('are optional: without one, nothing is loaded', async () => {
    const before = api.calls.length;
    expect(await reading({ SLACK_BOT_TOKEN: 'xoxb-a' })).toEqual({ SLACK_BOT_TOKEN: 'xoxb-a' });
    expect(api.calls).toHaveLength(before);
  });

  test.each([
    [
      'permission is denied',
      new Refusal(403, 'PERMISSION_DENIED', 'no'),
      /roles\/secretmanager.secretAccessor on kthw-slack-token/,
    ],
    [
      'the API is off',
      new Refusal(403, 'PERMISSION_DENIED', 'no', 'SERVICE_DISABLED'),
      /gcloud services enable secretmanager/,
    ],
    [
      'the version is disabled',
      new Refusal(400, 'FAILED_PRECONDITION', 'no'),
      /disabled or destroyed; add one with `gcloud secrets versions add/,
    ],
    ['it does not exist', new Refusal(404, 'NOT_FOUND', 'no'), /secret not found; run `npm run deploy`/],
  ])('report the fix without a retry if %s', async (_, refusal, says) => {
    refusals = [refusal];
    const before = api.calls.length;
    const error = await reading({ SLACK_BOT_TOKEN: `secret-manager:${name}` }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SecretMissing);
    expect(inspect(error)).toMatch(says);
    expect(api.calls).toHaveLength(before + 1);
  });

  test('are retried on server errors, three attempts in all', async () => {
    refusals = [new Refusal(503, 'UNAVAILABLE', 'no'), new Refusal(429, 'RESOURCE_EXHAUSTED', 'no')];
    expect(await reading({ SLACK_BOT_TOKEN: `secret-manager:${name}` })).toEqual({ SLACK_BOT_TOKEN: 'xoxb-quiet' });
    refusals = Array.from({ length: 3 }, () => new Refusal(503, 'UNAVAILABLE', 'no'));
    await expect(reading({ SLACK_BOT_TOKEN: `secret-manager:${name}` })).rejects.toThrow(/returned 503; restart kthw/);
  });

  test('with an invalid name are not requested', async () => {
    await expect(reading({ SLACK_BOT_TOKEN: 'secret-manager:kthw' })).rejects.toThrow(
      /"kthw" is not a secret name; use/,
    );
  });

  test('in a file that others can read are rejected', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kthw-secrets-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'token');
    writeFileSync(path, 'xoxb-quiet');
    chmodSync(path, 0o644);
    await expect(reading({ SLACK_BOT_TOKEN: `file:${path}` })).rejects.toThrow(`\`chmod 600 ${path}\``);
    await expect(reading({ SLACK_BOT_TOKEN: `file:${path}.not` })).rejects.toThrow(/create it, owned by this user/);
  });
});

function reading(environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  return resolveSecrets(environment, ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'], { endpoint: api.url });
}
