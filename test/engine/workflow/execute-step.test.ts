import { describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { markPresent } from '../../../src/engine/workflow/observation.ts';
import type { Step, WorkflowContext } from '../../../src/engine/workflow/step.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import { buildPhase, buildStep, dependOn } from '../../fixtures/plan.ts';
import { RunnerFixture } from '../../fixtures/runner.ts';

const transient = () => new KthwError('rate-limited', { doing: 'x' });
const final = () => new KthwError('quota', { doing: 'x' });

async function execute(...steps: readonly Step[]): Promise<RunnerFixture> {
  const fixture = new RunnerFixture();
  await fixture.requestRun();
  await fixture.executeRun([buildPhase('a', steps)]);
  return fixture;
}

async function listEvents<T extends EngineEvent['type']>(fixture: RunnerFixture, type: T) {
  const events = await fixture.listEvents();
  return events.filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type);
}

describe('the diagnosis of a failing step', () => {
  function createFailing(error: () => Error, diagnose: (c: WorkflowContext) => Promise<void>) {
    return buildStep('a/1', { apply: () => Promise.reject(error()), explained: { diagnose } });
  }

  test('is made after the third failure, and stored once', async () => {
    let calls = 0;
    const fixture = await execute(
      createFailing(transient, async (c) => {
        calls++;
        c.reportDiagnosis({ findings: ['slow disk'], resizeTo: 'e2-standard-4' });
        c.reportDiagnosis({ findings: ['something else'] });
      }),
    );
    expect(calls).toBe(1);
    const events = await fixture.listEvents();
    const index = events.findIndex(({ type }) => type === 'step.diagnosed');
    expect(events[index]).toEqual({
      type: 'step.diagnosed',
      step: 'a/1',
      findings: ['slow disk'],
      resizeTo: 'e2-standard-4',
    });
    expect(events.slice(0, index).filter(({ type }) => type === 'step.failed')).toHaveLength(3);
  });

  test('without a finding is made again after the last failure', async () => {
    let calls = 0;
    await execute(createFailing(transient, async () => void calls++));
    expect(calls).toBe(2);
  });

  test('is made after a failure without a retry', async () => {
    let calls = 0;
    await execute(createFailing(final, async () => void calls++));
    expect(calls).toBe(1);
  });

  test.each([
    ['unexpectedly is logged', () => new Error('boom'), ['diagnosing a failed step failed: Error: boom']],
    ['with a known error is not logged', transient, []],
  ])('that fails %s, and keeps the error of the step', async (_, error, logged) => {
    const fixture = await execute(createFailing(final, () => Promise.reject(error())));
    expect(fixture.logLines).toEqual(logged);
    expect((await listEvents(fixture, 'step.failed')).map((event) => event.error.code)).toEqual(['quota']);
  });

  test('is not made when the run is cancelled', async () => {
    const fixture = new RunnerFixture();
    await fixture.requestRun();
    let calls = 0;
    const step = createFailing(transient, async () => void calls++);
    const stop = new AbortController();
    const apply = async () => {
      stop.abort();
      throw transient();
    };
    await fixture.executeRun([buildPhase('a', [{ ...step, apply }])], {}, stop.signal);
    expect(calls).toBe(0);
    expect((await listEvents(fixture, 'step.failed')).map((event) => event.error.kind)).toEqual(['cancelled']);
  });
});

describe('an event of a step', () => {
  test('has the output of its command, up to a thousand characters', async () => {
    const observe = async () => markPresent('x'.repeat(2_000));
    const [finished] = await listEvents(await execute(buildStep('a/1', { observe })), 'step.finished');
    expect(finished?.commandOutput).toBe('x'.repeat(1_000));
  });

  test('has its log lines before its result', async () => {
    const step = buildStep('a/1', {
      async observe(c) {
        c.logProgress('one');
        c.logProgress('two');
        return markPresent();
      },
    });
    const events = (await (await execute(step)).listEvents()).slice(3, -1);
    expect(events.map((event) => ('message' in event ? event.message : event.type))).toEqual([
      'one',
      'two',
      'step.finished',
    ]);
  });

  test('counts attempts from one', async () => {
    const fixture = await execute(buildStep('a/1', { observe: () => Promise.reject(new Error('boom')) }));
    expect((await listEvents(fixture, 'step.started')).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('names an unknown error in the log only', async () => {
    const fixture = await execute(buildStep('a/1', { observe: () => Promise.reject(final()) }));
    expect(fixture.logLines).toEqual([]);
  });

  test('reports a difference that is observed after the application as a conflict', async () => {
    const differences = [{ field: 'x', desired: '1', actual: '2' }];
    const apply = async () => ({ status: 'different', differences }) as const;
    const fixture = await execute(buildStep('a/1', { apply }));
    expect(await listEvents(fixture, 'step.conflicted')).toEqual([
      { type: 'step.conflicted', step: 'a/1', differences },
    ]);
  });
});

describe('a wait that ends', () => {
  const wait = { describe: async () => 'a pod is pending', remedy: () => 'look at the pod', limitMs: 5 * 60_000 };

  async function findError(changes: Partial<Step>) {
    const fixture = await execute(buildStep('a/1', changes));
    const failures = await listEvents(fixture, 'step.failed');
    return { fixture, failures: failures.length, error: failures.at(-1)?.error };
  }

  test('after its limit fails once, with the reason and the instruction', async () => {
    const { fixture, failures, error } = await findError({ wait });
    expect(failures).toBe(1);
    expect(error).toMatchObject({ code: 'wait-timeout', detail: 'a pod is pending' });
    expect(JSON.stringify(error)).toContain('look at the pod');
    expect(JSON.stringify(error)).toContain('5 min');
    const startedAt = +new Date('2026-03-01T12:00:00Z');
    expect(Math.abs(+fixture.clock.now() - startedAt - wait.limitMs)).toBeLessThanOrEqual(2_000);
  });

  test.each(['not-there-yet', 'check-failed'] as const)('with the unspecific error %s has its own', async (code) => {
    const observe = () => Promise.reject(new KthwError(code, { step: 'x', host: 'x' } as never));
    expect((await findError({ wait, observe })).error?.code).toBe('wait-timeout');
  });

  test('with an error of another cause fails with that one, without a retry', async () => {
    const observe = () => Promise.reject(transient());
    const { failures, error } = await findError({ wait, observe });
    expect([failures, error?.code]).toEqual([1, 'rate-limited']);
  });

  test('without a limit is retried, with the instruction', async () => {
    const { failures, error } = await findError({ wait: { describe: wait.describe, remedy: wait.remedy } });
    expect([failures, error?.code, error?.detail]).toEqual([12, 'not-there-yet', 'a pod is pending']);
    expect(JSON.stringify(error)).toContain('look at the pod');
  });

  test('is ended at once by an error that is not transient', async () => {
    let calls = 0;
    const observe = async () => {
      calls++;
      throw final();
    };
    expect((await findError({ wait, observe })).error?.code).toBe('quota');
    expect(calls).toBe(1);
  });
});

describe('the approval of a destruction', () => {
  interface Preview {
    readonly lines: string[];
    readonly fingerprint: string;
  }

  function createDestructive(key: string, preview: () => Preview, changes: Partial<Step> = {}) {
    const state = { isDone: false };
    return buildStep(key, {
      observe: async () => (state.isDone ? markPresent() : { status: 'absent' }),
      async apply() {
        state.isDone = true;
      },
      destructive: { previewDestruction: async () => preview() },
      ...changes,
    });
  }

  async function approve({ store, run }: RunnerFixture): Promise<void> {
    const last = (await store.readEvents(run)).at(-1)?.event;
    if (last?.type !== 'approval.requested') throw new Error('no approval is pending');
    await store.append(run, [{ type: 'approval.granted', digest: last.digest, actor: { team: 'T1', user: 'U1' } }]);
  }

  test('lists everything that the steps destroy', async () => {
    const steps = [
      createDestructive('a/1', () => ({ lines: ['pod one', 'pod two'], fingerprint: '' })),
      createDestructive('a/2', () => ({ lines: [], fingerprint: '' })),
      buildStep('a/3'),
    ];
    const [request] = await listEvents(await execute(...steps), 'approval.requested');
    expect(request?.deletions).toEqual(['pod one', 'pod two']);
  });

  test.each([
    ['another line', { lines: ['pod two'], fingerprint: 'x' }],
    ['another state of the same line', { lines: ['pod one'], fingerprint: 'y' }],
  ])('does not cover %s', async (_, later) => {
    let preview: Preview = { lines: ['pod one'], fingerprint: 'x' };
    const phases = [buildPhase('a', [createDestructive('a/1', () => preview)])];
    const fixture = new RunnerFixture();
    await fixture.requestRun();
    await fixture.executeRun(phases);
    await approve(fixture);
    preview = later;
    expect(await fixture.executeRun(phases)).toBe('waiting');
    expect(await listEvents(fixture, 'step.started')).toEqual([]);
  });

  test('covers the remaining steps once the first has begun', async () => {
    let preview: Preview = { lines: ['pod one'], fingerprint: 'x' };
    const second = createDestructive('a/2', () => preview, dependOn('a/1'));
    const first = createDestructive('a/1', () => preview);
    const stop = new AbortController();
    const interrupted = buildStep('a/1', {
      ...first,
      apply: async () => {
        stop.abort();
        throw transient();
      },
    });
    const fixture = new RunnerFixture();
    await fixture.requestRun();
    await fixture.executeRun([buildPhase('a', [interrupted, second])]);
    await approve(fixture);
    await fixture.executeRun([buildPhase('a', [interrupted, second])], {}, stop.signal);
    preview = { lines: [], fingerprint: 'y' };
    expect(await fixture.executeRun([buildPhase('a', [first, second])])).toBe('completed');
    expect(await listEvents(fixture, 'approval.requested')).toHaveLength(1);
  });
});
