import { describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { markPresent, type Observation } from '../../../src/engine/workflow/observation.ts';
import type { DestructionPreview, Phase, Step, WorkflowContext } from '../../../src/engine/workflow/step.ts';
import type { Store } from '../../../src/store/store.ts';
import { buildPhase, buildStep, dependOn } from '../../fixtures/plan.ts';
import { RunnerFixture } from '../../fixtures/runner.ts';

describe('a runner', () => {
  test('observes, applies an absent step, observes again and records it', async () => {
    const bench = await begun();
    const thing = aThing('a/1');
    expect(await bench.executeRun(only(thing.step))).toBe('completed');
    expect(await bench.listEventNames()).toEqual([
      'run.requested',
      'run.claimed',
      'step.started a/1',
      'step.finished a/1',
      'run.finished',
    ]);
    expect(thing.applied).toBe(1);
    expect((await bench.store.read('run', bench.run))?.value.open).toBe(false);
  });

  test('adopts an existing resource without applying', async () => {
    const bench = await begun();
    const thing = aThing('a/1', { there: true });
    await bench.executeRun(only(thing.step));
    expect(await bench.listEvents()).toContainEqual({
      type: 'step.finished',
      step: 'a/1',
      outcome: 'adopted',
      outputs: [],
    });
    expect(thing.applied).toBe(0);
  });

  test('polls until the applied resource is present, at most a minute per attempt', async () => {
    const bench = await begun();
    const slow = aThing('a/1', { seenAfterMs: 20_000 });
    const from = +bench.clock.now();
    await bench.executeRun(only(slow.step));
    expect(await bench.listEventNames()).not.toContain('step.failed a/1');
    expect(+bench.clock.now() - from).toBeLessThan(25_000);

    const other = await begun();
    const never = aThing('a/1', { seenAfterMs: Number.POSITIVE_INFINITY });
    await other.executeRun(only(never.step));
    const faults = (await other.listEvents()).flatMap((event) =>
      event.type === 'step.failed' ? [event.error.code] : [],
    );
    expect(faults).toEqual(Array(12).fill('not-there-yet'));
    expect((await other.listEvents()).at(-1)).toEqual({ type: 'run.finished', outcome: 'failed' });
  });

  test('records a conflict and changes nothing', async () => {
    const bench = await begun();
    const differences = [{ field: 'range', desired: '10.0.0.0/24', actual: '10.1.0.0/24' }];
    let applied = 0;
    const step = buildStep('a/1', {
      observe: async () => ({ status: 'different', differences }),
      apply: async () => void applied++,
    });
    await bench.executeRun(only(step));
    expect((await bench.listEvents()).slice(-2)).toEqual([
      { type: 'step.conflicted', step: 'a/1', differences },
      { type: 'run.finished', outcome: 'failed' },
    ]);
    expect(applied).toBe(0);
  });

  test('accepts the observation that apply returns, and observes again without one', async () => {
    for (const [after, looks] of [
      [markPresent(), 1],
      [{ status: 'absent' }, 2],
    ] as const) {
      const bench = await begun();
      let looked = 0;
      const observe = async (): Promise<Observation> => (looked++ === 0 ? { status: 'absent' } : markPresent());
      await bench.executeRun(only(buildStep('a/1', { observe, apply: async () => after })));
      expect(await bench.listEvents()).toContainEqual({
        type: 'step.finished',
        step: 'a/1',
        outcome: 'applied',
        outputs: [],
      });
      expect(looked).toBe(looks);
    }
  });

  test('retries transient errors with back-off, and unknown errors three times', async () => {
    const codes = async (error: Error) => {
      const bench = await begun();
      await bench.executeRun(only(buildStep('a/1', { observe: () => Promise.reject(error), apply: async () => {} })));
      const events = await bench.store.readEvents(bench.run);
      return events.flatMap(({ at, event }) => (event.type === 'step.failed' ? [{ at: +at, fault: event.error }] : []));
    };
    const passing = await codes(new KthwError('rate-limited', { doing: 'x' }));
    expect(passing.length).toBe(12);
    const gaps = passing.slice(1).map(({ at }, i) => at - (passing[i]?.at ?? 0));
    expect(gaps.every((gap, i) => gap >= (gaps[i - 1] ?? 0) && gap <= 15_000)).toBe(true);
    expect((await codes(new Error('boom'))).map(({ fault }) => fault.code)).toEqual(['bug', 'bug', 'bug']);
    expect((await codes(new KthwError('quota', { doing: 'x' }))).length).toBe(1);
  });

  test('logs the text of an unknown error and keeps it out of the events', async () => {
    const bench = await begun();
    await bench.executeRun(only(buildStep('a/1', { observe: () => Promise.reject(new Error('token=abc')) })));
    expect(JSON.stringify(await bench.listEvents())).not.toContain('token=abc');
    expect(bench.logLines.join()).toContain('token=abc');
  });

  test('reuses the request ID after a lost response, and uses a new one after an error response', async () => {
    const bench = await begun();
    const requests: string[] = [];
    const errors = [
      new KthwError('outcome-unknown', { doing: 'x' }),
      new KthwError('outcome-unknown', { doing: 'x' }),
      new KthwError('rate-limited', { doing: 'x' }),
    ];
    const thing = aThing('a/1', {
      apply: async ({ requestId }) => {
        requests.push(requestId);
        const error = errors.shift();
        if (error) throw error;
      },
    });
    await bench.executeRun(only(thing.step));
    const [first, second, third, fourth] = requests;
    expect([second, third]).toEqual([first, first]);
    expect(fourth).not.toBe(first);
    expect(requests.length).toBe(4);
  });

  test('passes outputs to later steps and names a missing one', async () => {
    const bench = await begun();
    const fact = { name: 'x', schema: { parse: (value: unknown) => value } as never };
    let known: unknown;
    const knower = buildStep('b/1', {
      async observe(c) {
        known = c.getOutput(fact);
        return markPresent();
      },
    });
    const maker = buildStep('a/1', { observe: async () => markPresent('', { name: 'x', value: '1' }) });
    await bench.executeRun([buildPhase('a', [maker]), buildPhase('b', [{ ...knower, ...dependOn('a/1') }])]);
    expect(known).toBe('1');
    const other = await begun();
    await other.executeRun([buildPhase('b', [knower])]);
    const fault = (await other.listEvents()).flatMap((event) => (event.type === 'step.failed' ? [event.error] : []))[0];
    expect(fault).toMatchObject({ code: 'bug', detail: 'no earlier step set the output "x"' });
  });

  test('aborts its steps on a signal, and the next runner retries them', async () => {
    const bench = await begun();
    const stop = new AbortController();
    const step = buildStep('a/1', {
      async observe({ clock, signal }) {
        setImmediate(() => stop.abort());
        await clock.sleep(1_000_000, signal);
        return markPresent();
      },
    });
    expect(await bench.executeRun(only(step), {}, stop.signal)).toBe('aborted');
    const last = (await bench.listEvents()).at(-1);
    expect(last).toMatchObject({ type: 'step.failed', error: { code: 'cancelled' }, retryAt: expect.any(String) });
    expect(
      await bench.executeRun(only(buildStep('a/1', { observe: async () => markPresent() })), {
        leaseOwner: 'runner-2',
      }),
    ).toBe('completed');
  });
});

describe('a removal', () => {
  test('is finished once the resource is absent', async () => {
    const bench = await begun('delete');
    const removal = createRemoval(bench, 20_000);
    expect(await bench.executeRun(only(removal.step))).toBe('completed');
    expect(await bench.listEvents()).toContainEqual(
      expect.objectContaining({ type: 'step.finished', outcome: 'removed' }),
    );
    expect(+bench.clock.now()).toBeGreaterThanOrEqual(removal.absentAt);
    expect(removal.calls).toBe(1);
  });

  test('of a resource that never disappears is retried, then fails', async () => {
    const bench = await begun('delete');
    const removal = createRemoval(bench, Number.POSITIVE_INFINITY);
    expect(await bench.executeRun(only(removal.step))).toBe('completed');
    const events = await bench.listEvents();
    expect(events).not.toContainEqual(expect.objectContaining({ outcome: 'removed' }));
    expect(new Set(events.flatMap((event) => (event.type === 'step.failed' ? [event.error.code] : [])))).toEqual(
      new Set(['not-there-yet']),
    );
    expect(events.at(-1)).toEqual({ type: 'run.finished', outcome: 'failed' });
    expect(removal.calls).toBe(12);
  });

  test('of a resource that is already absent makes no call', async () => {
    const bench = await begun('delete');
    const removal = createRemoval(bench, 0);
    removal.absentAt = 0;
    await bench.executeRun(only(removal.step));
    expect(await bench.listEvents()).toContainEqual(
      expect.objectContaining({ type: 'step.finished', outcome: 'alreadyAbsent' }),
    );
    expect(removal.calls).toBe(0);
  });

  /** A resource that disappears `delayMs` after its first removal. */
  function createRemoval({ clock }: RunnerFixture, delayMs: number) {
    const removal = { calls: 0, absentAt: Number.POSITIVE_INFINITY };
    const step = buildStep('a/1', {
      removable: {
        exists: async () => +clock.now() < removal.absentAt,
        async remove() {
          if (removal.calls++ === 0) removal.absentAt = +clock.now() + delayMs;
        },
      },
    });
    return Object.assign(removal, { step });
  }
});

describe('an approval', () => {
  test('counts only for the destruction that it displayed', async () => {
    const bench = await begun();
    const thing = { fingerprint: 'one pod', calls: 0 };
    const step = buildStep('a/1', {
      observe: async () => (thing.calls > 0 ? markPresent() : { status: 'absent' }),
      apply: async () => void thing.calls++,
      destructive: { previewDestruction: async () => ({ lines: ['it'], fingerprint: thing.fingerprint }) },
    });
    expect(await bench.executeRun(only(step))).toBe('waiting');
    await approve(bench);
    thing.fingerprint = 'two pods';
    expect(await bench.executeRun(only(step))).toBe('waiting');
    expect(thing.calls).toBe(0);
    expect((await bench.listEvents()).filter(({ type }) => type === 'approval.requested')).toHaveLength(2);
    await approve(bench);
    expect(await bench.executeRun(only(step))).toBe('completed');
    expect(thing.calls).toBe(1);
  });

  async function approve({ store, run }: RunnerFixture): Promise<void> {
    const last = (await store.readEvents(run)).at(-1)?.event;
    if (last?.type !== 'approval.requested') throw new Error('no approval is pending');
    await store.append(run, [{ type: 'approval.granted', digest: last.digest, actor: { team: 'T1', user: 'U1' } }]);
  }
});

describe('a lease', () => {
  test('is renewed during the run', async () => {
    const bench = await begun();
    const thing = aThing('a/1', { takesMs: 10 * 60_000 });
    const driving = bench.executeRun(only(thing.step));
    await bench.clock.sleep(5 * 60_000, new AbortController().signal);
    expect(await bench.store.acquireLease(bench.run, 'runner-2', 30_000)).toBeUndefined();
    expect(await driving).toBe('completed');
  });

  test('is released, so that the next runner starts at once', async () => {
    const bench = await begun();
    await bench.executeRun(
      only(buildStep('a/1', { observe: () => Promise.reject(new KthwError('quota', { doing: 'x' })) })),
    );
    expect(await bench.store.acquireLease(bench.run, 'runner-2', 30_000)).toBeDefined();
  });

  test('prevents two concurrent runners from applying a step twice', async () => {
    const bench = await begun();
    const things = ['a/1', 'a/2', 'a/3'].map((key) => aThing(key, { takesMs: 20_000 }));
    const phases = [
      buildPhase(
        'a',
        things.map(({ step }) => step),
      ),
    ];
    const ends = new Set<string>();
    const runner = async (leaseOwner: string) => {
      for (;;) {
        const end = await bench.executeRun(phases, { leaseOwner });
        ends.add(end);
        if (end === 'completed') return;
        await bench.clock.sleep(2_000, new AbortController().signal);
      }
    };
    await Promise.all([runner('runner-1'), runner('runner-2'), runner('runner-3')]);
    expect(things.map(({ applied }) => applied)).toEqual([1, 1, 1]);
    expect([...ends].sort()).toEqual(['completed', 'locked']);
    expect((await bench.listEventNames()).filter((event) => event === 'run.finished').length).toBe(1);
  });

  test('that expired during a suspension stops the runner when it resumes', async () => {
    const bench = await begun();
    const thing = aThing('a/1', { beforeLook: () => bench.clock.advance(60_000) });
    expect(await bench.executeRun(only(thing.step))).toBe('leaseLost');
    expect(thing.applied).toBe(0);
    expect(await bench.listEventNames()).toEqual(['run.requested', 'run.claimed', 'step.started a/1']);
  });

  test.each([
    ['an application', 'create', { apply: async () => {} }],
    ['a removal', 'delete', {}],
  ])('that expires at this moment allows no call of %s', async (_, operation, changes) => {
    const bench = await begun(operation);
    let calls = 0;
    const isFound = async () => {
      bench.clock.advance(30_000);
      return operation === 'delete';
    };
    const step = buildStep('a/1', {
      observe: async () => ((await isFound()) ? markPresent() : { status: 'absent' }),
      ...('apply' in changes ? { apply: async () => void calls++ } : {}),
      removable: { exists: isFound, remove: async () => void calls++ },
    });
    expect(await bench.executeRun(only(step))).toBe('leaseLost');
    expect(calls).toBe(0);
  });

  test('that another runner acquired stops all writes of the first one', async () => {
    const bench = await begun();
    const thing = aThing('a/1', {
      apply: async () => {
        bench.clock.advance(60_000);
        await bench.store.acquireLease(bench.run, 'runner-2', 30_000);
      },
    });
    const before = bench.executeRun(only(thing.step));
    expect(await before).toBe('leaseLost');
    expect(await bench.listEventNames()).toEqual(['run.requested', 'run.claimed', 'step.started a/1']);
    // The one who has it now finishes what the other began.
    expect(await bench.executeRun(only(aThing('a/1', { there: true }).step), { leaseOwner: 'runner-2' })).toBe(
      'completed',
    );
  });

  test('that is lost does not crash the process at a step’s log line', async () => {
    const bench = await begun();
    const step = buildStep('a/1', {
      async apply(c) {
        await bench.store.acquireLease(bench.run, 'runner-1', 30_000);
        c.logProgress('a line that is never stored');
        await c.clock.sleep(5_000, c.signal);
      },
    });
    expect(await bench.executeRun(only(step))).toBe('leaseLost');
    expect(JSON.stringify(await bench.listEvents())).not.toContain('never stored');
  });

  test('that cannot be renewed for another reason aborts the run with that error', async () => {
    const bench = await begun();
    const store = failing(bench.store, 'renewLease');
    const thing = aThing('a/1', { takesMs: 60_000 });
    await expect(bench.executeRun(only(thing.step), { store })).rejects.toThrow('the store broke');
    expect((await bench.store.read('run', bench.run))?.value.open).toBe(true);
  });

  test('is released after the run failed because its clients could not be opened', async () => {
    const bench = await begun();
    const openResources = () => Promise.reject(new Error('no credentials'));
    expect(await bench.executeRun(only(aThing('a/1').step), { openResources })).toBe('completed');
    expect(await bench.store.acquireLease(bench.run, 'runner-2', 30_000)).toBeDefined();
  });
});

describe('errors outside of steps', () => {
  const activities: Readonly<Record<string, (error: () => Error) => { phases: readonly Phase[]; changes?: object }>> = {
    planning: (error) => ({
      phases: [
        {
          ...buildPhase('a', []),
          steps: () => {
            throw error();
          },
        },
      ],
    }),
    opening: (error) => ({
      phases: only(aThing('a/1').step),
      changes: { openResources: () => Promise.reject(error()) },
    }),
    drift: (error) => ({
      phases: only(buildStep('a/1', { detectDrift: () => Promise.reject(error()), ...destructive() })),
    }),
    preview: (error) => ({
      phases: only(
        buildStep(
          'a/1',
          destructive(() => Promise.reject(error())),
        ),
      ),
    }),
  };

  test.each(Object.keys(activities))('%s: an unknown error is retried, then fails the run', async (activity) => {
    const bench = await begun();
    const { phases, changes } = activities[activity]?.(() => new Error('secret detail')) ?? { phases: [] };
    expect(await bench.executeRun(phases, changes)).toBe('completed');
    const faults = (await bench.listEvents()).flatMap((event) => (event.type === 'run.faulted' ? [event] : []));
    expect(faults.map((fault) => [fault.activity, fault.error.kind, fault.retryAt !== undefined])).toEqual([
      [activity, 'bug', true],
      [activity, 'bug', true],
      [activity, 'bug', false],
    ]);
    expect(JSON.stringify(faults)).not.toContain('secret detail');
    expect((await bench.listEvents()).at(-1)).toEqual({ type: 'run.finished', outcome: 'failed' });
    expect((await bench.store.read('run', bench.run))?.value.open).toBe(false);
    expect((await bench.store.read('cluster', 'demo'))?.value.activeRun).toBeUndefined();
  });

  test('a transient error in a preview is retried as often as a step, and a success continues the run', async () => {
    const bench = await begun();
    let failures = 0;
    const step = buildStep('a/1', {
      ...destructive(async () => {
        if (failures++ < 5) throw new KthwError('api-unreachable', { address: '203.0.113.7' });
        return { lines: ['pod a'], fingerprint: '' };
      }),
    });
    expect(await bench.executeRun(only(step))).toBe('waiting');
    const types = (await bench.listEvents()).map(({ type }) => type);
    expect(types.filter((type) => type === 'run.faulted')).toHaveLength(5);
    expect(types.at(-1)).toBe('approval.requested');
  });

  test('a cancel ends the wait for a retry', async () => {
    const bench = await begun();
    const openResources = () => Promise.reject(new KthwError('api-unreachable', { address: '203.0.113.7' }));
    const actor = { team: 'T1', user: 'U1' };
    let isCancelled = false;
    const onEventsAppended = () => {
      if (isCancelled) return;
      isCancelled = true;
      void bench.store.append(bench.run, [{ type: 'run.cancelRequested', actor }]);
    };
    expect(await bench.executeRun(only(aThing('a/1').step), { openResources, onEventsAppended })).toBe('completed');
    expect((await bench.listEvents()).at(-1)).toEqual({ type: 'run.finished', outcome: 'cancelled' });
  });

  test('a run that crashes its runner again and again fails', async () => {
    const bench = await begun();
    for (let i = 0; i < 10; i++) await bench.store.append(bench.run, [{ type: 'run.claimed', runner: `runner-${i}` }]);
    expect(await bench.executeRun(only(aThing('a/1').step))).toBe('completed');
    expect(await bench.listEvents()).toContainEqual(
      expect.objectContaining({ type: 'run.faulted', error: expect.objectContaining({ code: 'no-progress' }) }),
    );
    expect((await bench.listEvents()).at(-1)).toEqual({ type: 'run.finished', outcome: 'failed' });
  });

  function destructive(
    previewDestruction: () => Promise<DestructionPreview> = async () => ({ lines: ['it'], fingerprint: '' }),
  ): Partial<Step> {
    return { destructive: { previewDestruction } };
  }
});

async function begun(operation?: string): Promise<RunnerFixture> {
  const bench = new RunnerFixture();
  await bench.requestRun(operation);
  return bench;
}

interface Thing {
  readonly there?: boolean;
  readonly seenAfterMs?: number;
  readonly takesMs?: number;
  readonly beforeLook?: () => void;
  readonly apply?: (c: WorkflowContext) => Promise<void>;
}

/** Something that is made once. */
function aThing(key: string, { there = false, seenAfterMs = 0, takesMs = 0, beforeLook, apply }: Thing = {}) {
  const thing = { applied: 0, seenAt: there ? 0 : Number.POSITIVE_INFINITY };
  const step = buildStep(key, {
    async observe({ clock }) {
      beforeLook?.();
      return +clock.now() >= thing.seenAt ? markPresent() : { status: 'absent' };
    },
    async apply(c) {
      thing.applied++;
      if (takesMs > 0) await c.clock.sleep(takesMs, c.signal);
      await apply?.(c);
      thing.seenAt = +c.clock.now() + seenAfterMs;
    },
  });
  return {
    step,
    get applied() {
      return thing.applied;
    },
  };
}

function only(step: Step): Phase[] {
  return [buildPhase('a', [step])];
}

/** A store whose calls of one name fail. */
function failing(store: Store, call: keyof Store): Store {
  return new Proxy(store, {
    get: (of, name) => {
      const value: unknown = Reflect.get(of, name, of);
      if (name === call) return () => Promise.reject(new Error('the store broke'));
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}
