import { expect, test } from 'vitest';
import { PausingRunEnvironment } from '../fakes/pausing-run-environment.ts';
import { buildSpec } from '../fakes/run-environment.ts';
import { look } from './baseline.ts';

test('a pausing create resumes in another process after a kill between any two writes', {
  timeout: 120_000,
}, async () => {
  const undisturbed = await course();
  expect(undisturbed.seen.end).toBe('succeeded');
  // All points at the start and around the first pause; a sample of the rest.
  const kills = Array.from({ length: undisturbed.writes }, (_, i) => i + 1).filter((n) => n <= 14 || n % 37 === 0);
  expect(kills.length).toBeGreaterThan(18);
  for (const write of kills) {
    for (const when of ['before', 'after'] as const) {
      expect((await course({ write, when })).seen, `${when} write ${write}`).toEqual(undisturbed.seen);
    }
  }
});

/** @param kill where the first process dies; an unanswered request is repeated to the second process */
async function course(kill?: { readonly write: number; readonly when: 'before' | 'after' }) {
  const world = new PausingRunEnvironment();
  try {
    let [writes, ended] = [0, false];
    const victim = world.createProcess({
      onStoreCall(call, when, end) {
        if (ended || !isWrite(call)) return;
        if (when === 'before') writes++;
        if (kill?.when !== when || kill.write !== writes) return;
        ended = true;
        end();
      },
    });
    const begun = await world.startCreate(victim).catch(() => undefined);
    if (begun) await world.continueAllPauses(begun, victim).catch(() => undefined);
    if (!ended) await victim.stop();
    else await victim.kill();
    const heir = world.createProcess();
    await heir.start();
    const run = begun ?? (await held(world)) ?? (await world.startCreate(heir));
    await world.continueAllPauses(run, heir);
    await heir.stop();
    return { writes, seen: await look(world, buildSpec()) };
  } finally {
    await world.close();
  }
}

/** Runs started without a response to the requester. */
async function held(world: PausingRunEnvironment): Promise<string | undefined> {
  return (await world.store.read('cluster', 'demo'))?.value.activeRun;
}

function isWrite(call: string): boolean {
  return !['read', 'list', 'readEvents', 'listOpenRuns'].includes(call);
}
