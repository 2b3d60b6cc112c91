import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import type { Step } from '../../../src/engine/workflow/step.ts';
import { buildPhase, buildStep } from '../../fixtures/plan.ts';
import { RunnerFixture } from '../../fixtures/runner.ts';

const minuteMs = 60_000;
const fixtures: RunnerFixture[] = [];
afterEach(async () => {
  for (const fixture of fixtures.splice(0)) await fixture.store.close();
});

/** Executes a run of one step. `observe` and `describe` get the milliseconds since the start of the run. */
async function executeWait(
  seenAfterMs: number,
  describeWait?: (elapsedMs: number) => string | undefined,
  changes: Partial<Step> & { readonly limitMs?: number } = {},
) {
  const fixture = new RunnerFixture();
  fixtures.push(fixture);
  await fixture.requestRun();
  const startedAt = +fixture.clock.now();
  const getElapsedMs = () => +fixture.clock.now() - startedAt;
  const { limitMs, ...rest } = changes;
  const step = buildStep('a/1', {
    observe: async () => ({ status: getElapsedMs() >= seenAfterMs ? 'present' : 'absent' }),
    ...(describeWait
      ? {
          wait: {
            describe: async () => describeWait(getElapsedMs()),
            remedy: () => 'fix it',
            ...(limitMs === undefined ? {} : { limitMs }),
          },
        }
      : {}),
    ...rest,
  });
  await fixture.executeRun([buildPhase('a', [step])]);
  const events = await fixture.store.readEvents(fixture.run);
  return {
    lines: events.flatMap(({ event, at }) =>
      event.type === 'step.logged' ? [{ seconds: Math.round((+at - startedAt) / 1000), message: event.message }] : [],
    ),
    errors: events.flatMap(({ event }) => (event.type === 'step.failed' ? [event.error] : [])),
    elapsedMs: getElapsedMs(),
  };
}

describe('a waiting step', () => {
  test('logs its reason once, after 20 s', async () => {
    const { lines, errors } = await executeWait(55_000, () => 'no node is Ready');
    expect(lines).toEqual([{ seconds: expect.any(Number), message: 'waiting for title of a/1: no node is Ready' }]);
    expect(lines[0]?.seconds).toBeGreaterThanOrEqual(20);
    expect(lines[0]?.seconds).toBeLessThan(23);
    expect(errors).toEqual([]);
  });

  test('logs nothing when it is done within 20 s', async () => {
    expect((await executeWait(18_000, () => 'no node is Ready')).lines).toEqual([]);
  });

  test('logs the same reason once over all attempts, even if its numbers change', async () => {
    const { lines, errors } = await executeWait(5 * minuteMs, (ms) => `attempt ${ms} failed`);
    expect(lines).toHaveLength(1);
    expect(errors.length).toBeGreaterThan(2);
  });

  test('logs another reason, at most once a minute', async () => {
    const { lines } = await executeWait(4 * minuteMs, (ms) => (ms < 90_000 ? 'pulling' : `reason ${'x'.repeat(ms)}`), {
      limitMs: 5 * minuteMs,
    });
    expect(lines.map(({ message }) => message.slice(0, 40))).toEqual([
      'waiting for title of a/1: pulling',
      ...Array(2).fill(`waiting for title of a/1: reason ${'x'.repeat(7)}`),
    ]);
    expect((lines[2]?.seconds ?? 0) - (lines[1]?.seconds ?? 0)).toBeGreaterThanOrEqual(60);
  });

  test('logs the last transient error when it has no description', async () => {
    const observe = async () => {
      throw new KthwError('not-healthy', { what: 'demo-controller-0' }, { detail: 'UNHEALTHY' });
    };
    const { lines } = await executeWait(0, undefined, { observe });
    expect(lines.map(({ message }) => message)).toEqual([
      'waiting for title of a/1: demo-controller-0: not healthy: UNHEALTHY',
    ]);
  });

  test.each([
    ['status STAGING', ['waiting for title of a/1: status STAGING']],
    [undefined, []],
  ])('does not repeat its title as the reason (%s)', async (detail, expected) => {
    const observe = async () => {
      throw new KthwError('not-there-yet', { step: 'title of a/1' }, { detail });
    };
    const { lines } = await executeWait(0, undefined, { observe });
    expect(lines.map(({ message }) => message)).toEqual(expected);
  });

  test('ignores an error of its description', async () => {
    const { lines, errors } = await executeWait(55_000, () => {
      throw new Error('secret internals');
    });
    expect({ lines, errors }).toEqual({ lines: [], errors: [] });
  });

  test('fails at its limit without a retry, with the reason and the instruction', async () => {
    const { errors, elapsedMs } = await executeWait(Number.POSITIVE_INFINITY, () => 'no node is Ready', {
      limitMs: 5 * minuteMs,
    });
    expect(errors).toEqual([
      {
        code: 'wait-timeout',
        kind: 'denied',
        message: 'title of a/1: not done after 5 min',
        detail: 'no node is Ready',
        remedy: 'fix it, then `/kthw resume`',
      },
    ]);
    expect(elapsedMs).toBeLessThan(5.1 * minuteMs);
  });

  test('fails at its limit with the error that names another cause', async () => {
    const observe = async () => {
      throw new KthwError('ssh-unreachable', { host: 'demo-worker-0' }, { detail: 'ECONNREFUSED' });
    };
    const { errors } = await executeWait(0, () => undefined, { observe, limitMs: 5 * minuteMs });
    expect(errors).toEqual([
      {
        code: 'ssh-unreachable',
        kind: 'denied',
        message: 'demo-worker-0 is unreachable over SSH',
        detail: 'ECONNREFUSED',
        remedy: 'check that the instance is running, then `/kthw resume`',
      },
    ]);
  });

  test('keeps its retries without a limit, and ends with the reason and the instruction', async () => {
    const { errors } = await executeWait(Number.POSITIVE_INFINITY, () => 'etcd is activating');
    expect(errors).toHaveLength(12);
    expect(errors.at(-1)).toEqual({
      code: 'not-there-yet',
      kind: 'transient',
      message: 'still waiting for title of a/1',
      detail: 'etcd is activating',
      remedy: 'fix it, then `/kthw resume`',
    });
  });
});
