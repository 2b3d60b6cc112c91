import { afterEach, describe, expect, test } from 'vitest';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { type PlannedStep, plan } from '../../../src/engine/workflow/plan.ts';
import type { Phase, Step } from '../../../src/engine/workflow/step.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { RunnerFixture } from '../../fixtures/runner.ts';

const maxWaitMs = 15 * 60_000;
const fixtures: RunnerFixture[] = [];
afterEach(async () => {
  for (const fixture of fixtures.splice(0)) await fixture.store.close();
});

const cluster = buildCluster({ controllers: 1, workers: 1 });
const forwardSteps = new Map<string, PlannedStep>();
for (const operation of Object.values(operations))
  for (const step of plan<Step>(phases, cluster, { operation }))
    if (step.direction === 'forward') forwardSteps.set(step.id, step);

const removals = new Map(
  plan<Step>(phases, cluster, { operation: operations.rebuild, fromPhase: phases[0]?.name }).flatMap((p) =>
    p.direction === 'backward' ? [[p.id, p] as const] : [],
  ),
);

/** Executes a run of this step only, which is applied or removed and then never done. */
async function executeUnfinished({ step, phase, direction }: PlannedStep) {
  const { dependsOn: _, detectDrift: __, destructive: ___, removable: ____, isObservedOnResume: _____, ...rest } = step;
  const unfinished: Step = {
    ...rest,
    ...(direction === 'backward' ? { removable: { remove: async () => {}, exists: async () => true } } : {}),
    observe: async () => ({ status: 'absent' }),
    ...(step.apply ? { apply: async () => {} } : {}),
  };
  const fixture = new RunnerFixture();
  fixtures.push(fixture);
  await fixture.requestRun(direction === 'forward' ? 'create' : 'delete');
  const startedAt = +fixture.clock.now();
  const only: Phase = { ...phase, steps: () => [unfinished] };
  // Without the phases of a deletion, which check Compute Engine.
  const withoutChecks = { ...operations, delete: { ...operations.delete, phasesBefore: [], phasesAfter: [] } };
  await fixture.executeRun([only], { operations: withoutChecks });
  const failures = (await fixture.listEvents()).flatMap((event) => (event.type === 'step.failed' ? [event.error] : []));
  return { elapsedMs: +fixture.clock.now() - startedAt, error: failures.at(-1) };
}

function expectInstruction({ step }: PlannedStep, { elapsedMs, error }: Awaited<ReturnType<typeof executeUnfinished>>) {
  expect(elapsedMs).toBeLessThanOrEqual(maxWaitMs);
  expect(error).toMatchObject({
    code: expect.stringMatching(/^(wait-timeout|not-there-yet)$/),
    message: expect.stringContaining(step.title),
    remedy: expect.stringMatching(/^(fix|check|find|start|run) .*`\/kthw resume`/),
  });
}

describe('every step that is applied and never done', () => {
  test.each([...forwardSteps.keys()])('%s fails within 15 minutes with an instruction', async (id) => {
    const planned = forwardSteps.get(id);
    if (!planned) throw new Error(`there is no step ${id}`);
    expectInstruction(planned, await executeUnfinished(planned));
  });
});

describe('every resource that is removed and still exists', () => {
  test.each([...removals.keys()])('%s fails within 15 minutes with an instruction', async (id) => {
    const planned = removals.get(id);
    if (!planned) throw new Error(`there is no step ${id}`);
    expectInstruction(planned, await executeUnfinished(planned));
  });
});

/** Steps that observe once: their errors are final, or their result is always known. */
const checks: ReadonlySet<string> = new Set([
  'keys/vault',
  'preflight/checks',
  'preflight/conflicts',
  'readiness/control-plane-size',
  'verify-deletable/blockers',
  'verify-instances/demo-controller-0',
  'verify-instances/demo-worker-0',
]);

test('every step that only waits explains itself, and has its own limit', () => {
  const waits = [...forwardSteps.values()].filter(({ id, step }) => !step.apply && !checks.has(id));
  expect(waits.map(({ id }) => id)).toContain('ssh-host-keys/demo-worker-0');
  expect(waits.filter(({ step }) => step.wait?.limitMs === undefined).map(({ id }) => id)).toEqual([]);
});
