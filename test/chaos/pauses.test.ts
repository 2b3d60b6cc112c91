import { expect, test } from 'vitest';
import { PausingRunEnvironment } from '../fakes/pausing-run-environment.ts';
import { buildSpec } from '../fakes/run-environment.ts';
import { inspectCluster } from './inspect-cluster.ts';

test('a pausing create resumes in another process after a kill between any two writes', {
  timeout: 120_000,
}, async () => {
  const uninterrupted = await course();
  expect(uninterrupted.state.outcome).toBe('succeeded');
  // All points at the start and around the first pause; a sample of the rest.
  const kills = Array.from({ length: uninterrupted.writes }, (_, i) => i + 1).filter((n) => n <= 14 || n % 37 === 0);
  expect(kills.length).toBeGreaterThan(18);
  for (const write of kills) {
    for (const when of ['before', 'after'] as const) {
      expect((await course({ write, when })).state, `${when} write ${write}`).toEqual(uninterrupted.state);
    }
  }
});

/** @param kill where the first process dies; an unanswered request is repeated to the second process */
async function course(kill?: { readonly write: number; readonly when: 'before' | 'after' }) {
  const environment = new PausingRunEnvironment();
  try {
    let [writes, hasCrashed] = [0, false];
    const killedProcess = environment.createProcess({
      onStoreCall(call, when, crash) {
        if (hasCrashed || !isWrite(call)) return;
        if (when === 'before') writes++;
        if (kill?.when !== when || kill.write !== writes) return;
        hasCrashed = true;
        crash();
      },
    });
    const startedRun = await environment.startCreate(killedProcess).catch(() => undefined);
    if (startedRun) await environment.continueAllPauses(startedRun, killedProcess).catch(() => undefined);
    if (!hasCrashed) await killedProcess.stop();
    else await killedProcess.kill();
    const nextProcess = environment.createProcess();
    await nextProcess.start();
    const run = startedRun ?? (await findActiveRun(environment)) ?? (await environment.startCreate(nextProcess));
    await environment.continueAllPauses(run, nextProcess);
    await nextProcess.stop();
    return { writes, state: await inspectCluster(environment, buildSpec()) };
  } finally {
    await environment.close();
  }
}

/** Runs started without a response to the requester. */
async function findActiveRun(environment: PausingRunEnvironment): Promise<string | undefined> {
  return (await environment.store.read('cluster', 'demo'))?.value.activeRun;
}

function isWrite(call: string): boolean {
  return !['read', 'list', 'readEvents', 'listOpenRuns'].includes(call);
}
