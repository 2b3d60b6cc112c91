import { afterEach, describe, expect, test } from 'vitest';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { assignChapters } from '../../../src/engine/workflow/assign-chapters.ts';
import { plan } from '../../../src/engine/workflow/plan.ts';
import type { StoredEvent } from '../../../src/store/events.ts';
import { PausingRunEnvironment } from '../../fakes/pausing-run-environment.ts';
import { buildSpec } from '../../fakes/run-environment.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const environments: PausingRunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

describe('a plan with chapters', () => {
  const planned = plan(phases, buildCluster(), { operation: operations.create });
  const chapters = new Map(assignChapters(planned).map((p) => [p.id, p.chapter ?? 0]));

  test('has no step that depends on a later chapter', () => {
    const backward = planned.flatMap((p) =>
      p.dependsOn
        .filter((id) => (chapters.get(id) ?? 0) > (chapters.get(p.id) ?? 0))
        .map((id) => `${p.id} after ${id}`),
    );
    expect(backward).toEqual([]);
  });

  test('moves only the keys that instances need to an earlier chapter', () => {
    const earlier = planned
      .filter((p) => chapters.get(p.id) !== p.phase.chapter)
      .map((p) => [p.id, chapters.get(p.id)]);
    expect(earlier).toEqual([
      ['keys/vault', 3],
      ['keys/ssh', 3],
    ]);
  });
});

describe('a create that pauses', () => {
  test('starts no step of a chapter before the previous pause is resolved', async () => {
    const { environment, process, run } = await paused();
    await environment.continueAllPauses(run, process);
    expect(await environment.getOutcome(run)).toBe('succeeded');

    const events = await environment.store.readEvents(run);
    const planned = assignChapters(plan(phases, buildCluster(buildSpec()), { operation: operations.create }));
    const chapterOf = new Map(planned.map((p) => [p.id, p.chapter ?? 0]));
    let passed = 0;
    const early = events.flatMap(({ event }) => {
      if (event.type === 'pause.resolved') passed = event.chapter;
      const chapter = event.type === 'step.started' ? (chapterOf.get(event.step) ?? 0) : 0;
      const open = [...chapterOf.values()].filter((one) => one > passed).sort((a, b) => a - b)[0] ?? 0;
      return chapter > open ? [`${JSON.stringify(event)} while ${open} is open`] : [];
    });
    expect(early).toEqual([]);
    expect(pausesIn(events)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  test('waits indefinitely without a lease', async () => {
    const { environment, process, run } = await paused();
    await environment.clock.sleep(12 * 3_600_000, new AbortController().signal);
    const events = await environment.store.readEvents(run);
    expect(events.at(-1)?.event).toEqual({ type: 'pause.requested', chapter: 1 });
    expect(await environment.store.acquireLease(run, 'somebody', 1_000)).toBeDefined();
    expect((await process.clusterService.getRunView(run))?.pausedAfterChapter).toBe(1);
  });

  test('continues once for concurrent clicks and names the winner', async () => {
    const { environment, process, run } = await paused();
    const other = { team: 'T1', user: 'U2' };
    const answers = await Promise.all([
      process.clusterService.continueRun(run, 1, environment.requester, 'continue'),
      process.clusterService.continueRun(run, 1, other, 'stop'),
    ]);
    expect(answers.filter((answer) => 'decided' in answer)).toHaveLength(1);
    const [first] = answers.flatMap((answer) => ('decided' in answer ? [answer.decided] : []));
    const [second] = answers.flatMap((answer) => ('alreadyDecided' in answer ? [answer] : []));
    expect(second).toMatchObject({ alreadyDecided: first });
    const overs = await environment.listEvents(run, 'pause.resolved');
    expect(new Set(overs.map(({ decision }) => decision))).toEqual(new Set([first]));
    expect(await process.clusterService.continueRun(run, 1, other, 'stop')).toMatchObject({ alreadyDecided: first });
  });

  test('does not pause again after continueToEnd', async () => {
    const { environment, process, run } = await paused();
    expect(await process.clusterService.continueRun(run, 1, environment.requester, 'continueToEnd')).toEqual({
      decided: 'continueToEnd',
    });
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('succeeded');
    expect(pausesIn(await environment.store.readEvents(run))).toEqual([1]);
  });

  test('stops on request, and a resume continues with the next chapter', async () => {
    const { environment, process, run } = await paused();
    const { requester } = environment;
    await process.clusterService.continueRun(run, 1, requester, 'continue');
    expect(await environment.waitForPause(run, process, 1)).toBe(3);
    expect(await process.clusterService.continueRun(run, 3, requester, 'stop')).toEqual({ decided: 'stop' });
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('cancelled');
    expect(await process.clusterService.resumeRun('demo', requester)).toEqual({ run });
    expect(await environment.waitForPause(run, process, 3)).toBe(4);
    expect(await process.clusterService.continueRun(run, 3, requester, 'continue')).toMatchObject({
      alreadyDecided: 'stop',
    });
  });

  test('leaves no cluster when it is stopped before it made anything', async () => {
    const { environment, process, run } = await paused();
    await process.clusterService.continueRun(run, 1, environment.requester, 'stop');
    await environment.waitForRun(run);
    expect(await process.clusterService.getStatus('demo')).toBeUndefined();
    expect(await process.clusterService.resumeRun('demo', environment.requester)).toEqual({ notFound: true });
    expect(await process.clusterService.resumeRun('demo', environment.requester, run)).toEqual({
      notCurrent: 'changedNothing',
    });
  });

  test('can be cancelled, and later clicks have no effect', async () => {
    const { environment, process, run } = await paused();
    await process.clusterService.cancelRun('demo', environment.requester);
    await environment.waitForRun(run);
    expect(await environment.getOutcome(run)).toBe('cancelled');
    expect(await process.clusterService.continueRun(run, 1, environment.requester, 'continue')).toEqual({
      notPaused: true,
    });
    expect(await process.clusterService.continueRun(run, 2, environment.requester, 'continue')).toEqual({
      notPaused: true,
    });
  });
});

async function paused() {
  const environment = new PausingRunEnvironment();
  environments.push(environment);
  const process = environment.createProcess();
  const run = await environment.startCreate(process);
  expect(await environment.waitForPause(run, process)).toBe(1);
  return { environment, process, run };
}

function pausesIn(events: readonly StoredEvent[]): number[] {
  return events.flatMap(({ event }) => (event.type === 'pause.requested' ? [event.chapter] : []));
}
