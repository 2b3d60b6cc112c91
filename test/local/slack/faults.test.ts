import { ErrorCode } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './test-environment.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const post = () => harness.web.chat.postMessage({ channel: 'C0CLUSTER', text: 'x' });
const posted = async () => (await harness.people.listMessages('clusters', 'ada')).length;
const method = 'chat.postMessage';

describe('an injected fault', () => {
  it.each([
    [{ status: 503 }, { code: ErrorCode.HTTPError, statusCode: 503 }, 'http_503', 0],
    [{ retryAfterSec: 7 }, { code: ErrorCode.RateLimitedError, retryAfter: 7 }, 'ratelimited', 0],
    [{ error: 'fatal_error' }, { code: ErrorCode.PlatformError, data: { error: 'fatal_error' } }, 'fatal_error', 0],
    [{ cut: 'before' as const }, { code: ErrorCode.RequestError }, 'cut', 0],
    [{ cut: 'after' as const }, { code: ErrorCode.RequestError }, 'cut', 1],
  ])('%j applies once and is counted', async (fault, error, outcome, done) => {
    await harness.people.injectFaults({ method, ...fault });
    await expect(post()).rejects.toMatchObject(error);
    expect(await posted()).toBe(done);
    await post();
    expect(await posted()).toBe(done + 1);
    expect((await harness.people.getCallCounts())[method]).toEqual({ calls: 2, ok: 1, errors: { [outcome]: 1 } });
  });

  it('applies the given number of times, in order', async () => {
    await harness.people.injectFaults({ method, times: 2, error: 'one' }, { method: '*', error: 'two' });
    for (const error of ['one', 'one', 'two']) await expect(post()).rejects.toMatchObject({ data: { error } });
    await post();
  });

  it('does not affect other methods, and is cleared by a reset', async () => {
    await harness.people.injectFaults({ method, status: 500 });
    await harness.web.users.info({ user: 'U0000ADA0' });
    await harness.people.resetCallsAndFaults();
    await post();
    expect(await harness.people.getCallCounts()).toEqual({ [method]: { calls: 1, ok: 1, errors: {} } });
  });

  it('is rejected if a field name is misspelt', async () => {
    await expect(harness.people.injectFaults({ method, cutt: 'after' } as never)).rejects.toThrow(
      'invalid additional property: cutt',
    );
  });
});
