import { ErrorCode } from '@slack/web-api';
import { afterEach, describe, expect, it } from 'vitest';
import { RateLimiter } from '../../../local/slack/rate-limiter.ts';
import { type Harness, startHarness } from './test-environment.ts';

function limits(options = {}) {
  const clock = { ms: 0 };
  return { clock, limits: new RateLimiter(options, () => clock.ms) };
}

describe('the rate limiter', () => {
  it('allows one message per second and channel, after a small burst', () => {
    const { clock, limits: one } = limits();
    const post = (channel: string) => one.consume('chat.postMessage', 'post', channel);
    expect([1, 2, 3, 4].map(() => post('C1'))).toEqual([0, 0, 0, 1]);
    expect(post('C2')).toBe(0);
    clock.ms = 1000;
    expect([post('C1'), post('C1')]).toEqual([0, 1]);
  });

  it('limits the messages of the whole team', () => {
    const { limits: one } = limits({ postPerMinute: 5 });
    const waits = Array.from({ length: 6 }, (_, index) => one.consume('chat.postMessage', 'post', `C${index}`));
    expect(waits).toEqual([0, 0, 0, 0, 0, 12]);
  });

  it.each([
    [1, 1, 60],
    [2, 20, 3],
    [3, 50, 2],
    [4, 100, 1],
  ] as const)('of tier %i lets %i calls through a minute', (tier, calls, waitSec) => {
    const { limits: one, clock } = limits();
    for (let call = 0; call < calls; call += 1) expect(one.consume('m', tier)).toBe(0);
    expect(one.consume('m', tier)).toBe(waitSec);
    expect(one.consume('another', tier)).toBe(0);
    clock.ms = 60_000;
    expect(one.consume('m', tier)).toBe(0);
  });

  it('can be disabled', () => {
    const { limits: one } = limits({ enabled: false });
    expect(Array.from({ length: 500 }, () => one.consume('m', 1)).every((wait) => wait === 0)).toBe(true);
  });
});

describe('a call over the limit', () => {
  let harness: Harness;
  afterEach(() => harness.close());

  it('returns 429 with Retry-After and posts no message', async () => {
    harness = await startHarness(undefined, {
      rateLimits: { post: { perSec: 1, burst: 1 } },
      now: () => 1_800_000_000_000,
    });
    const post = () => harness.web.chat.postMessage({ channel: 'C0CLUSTER', text: 'x' });
    await post();
    await expect(post()).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 1 });
    expect(await harness.people.listMessages('clusters', 'ada')).toHaveLength(1);
    expect((await harness.people.getCallCounts())['chat.postMessage']).toEqual({
      calls: 2,
      ok: 1,
      errors: { ratelimited: 1 },
    });
  });
});
