import { isDeepStrictEqual } from 'node:util';
import type { KillPoint } from '../../src/engine/take-step.ts';
import type { ClusterSpec } from '../../src/store/records.ts';
import { type Process, specOf, World } from '../doubles/world.ts';
import { look, type Seen } from './baseline.ts';

type Operation = 'create' | 'delete';

/** Where a process ends: at a step's kill point, or around its n-th call to the store. */
export type Kill =
  | { readonly in: Operation; readonly step: string; readonly point: KillPoint }
  | { readonly in: Operation; readonly call: number; readonly when: 'before' | 'after' };

/** A create or delete that nobody disturbs: what it passes by, and what is seen afterwards. */
export interface Course {
  readonly kills: readonly Kill[];
  readonly calls: readonly Kill[];
  readonly seen: Seen;
}

/** Runs an operation undisturbed and notes every point at which its process could end. */
export async function undisturbed(operation: Operation, shape: Partial<ClusterSpec> = {}): Promise<Course> {
  const kills: Kill[] = [];
  let calls = 0;
  const world = await worldBefore(operation, shape);
  const process = world.process({
    at: (step, point) => kills.push({ in: operation, step, point }),
    atStore: (_, when) => {
      if (when === 'before') calls++;
    },
  });
  await world.finish(ask(world, process, operation, shape));
  // What the desk and the runner do around the last step.
  await process.stop();
  const seen = await look(world, specOf(shape));
  await world.close();
  const numbers = Array.from({ length: calls }, (_, i) => i + 1);
  return {
    kills,
    calls: numbers.flatMap((call) => [
      { in: operation, call, when: 'before' },
      { in: operation, call, when: 'after' },
    ]),
    seen,
  };
}

/**
 * Ends the process there, starts another over the same store, cloud and machines, and says what differs from the
 * undisturbed course in the end. Nothing: it survived.
 */
export async function survive(kill: Kill, course: Course, shape: Partial<ClusterSpec> = {}): Promise<string[]> {
  const world = await worldBefore(kill.in, shape);
  try {
    let ended = false;
    const calls = { before: 0, after: 0 };
    const victim = world.process({
      at(step, point, end) {
        if (ended || !('step' in kill) || kill.step !== step || kill.point !== point) return;
        ended = true;
        end();
      },
      atStore(_, when, end) {
        calls[when]++;
        if (ended || !('call' in kill) || kill.when !== when || kill.call !== calls[when]) return;
        ended = true;
        end();
      },
    });
    const asked = ask(world, victim, kill.in, shape).catch(() => undefined);
    for (let i = 0; !ended && i < 10_000; i++) await world.clock.sleep(250, new AbortController().signal);
    if (!ended) return ['this point was never reached'];
    await victim.kill();
    const answer = await asked;
    const heir = world.process();
    await heir.start();
    // Who asked and got no answer asks again.
    if (!answer) await ask(world, heir, kill.in, shape);
    await allOver(world);
    await heir.stop();
    return differences(await look(world, specOf(shape)), course.seen);
  } finally {
    await world.close();
  }
}

export function nameOf(kill: Kill): string {
  return 'step' in kill ? `${kill.in}: ${kill.step} ${kill.point}` : `${kill.in}: ${kill.when} store call ${kill.call}`;
}

async function worldBefore(operation: Operation, shape: Partial<ClusterSpec>): Promise<World> {
  const world = new World();
  if (operation === 'create') return world;
  const maker = world.process();
  await world.create(maker, shape);
  await maker.stop();
  return world;
}

function ask(world: World, { desk }: Process, operation: Operation, shape: Partial<ClusterSpec>): Promise<object> {
  const spec = specOf(shape);
  return operation === 'create'
    ? desk.create({ spec, by: world.by, channel: 'C1' })
    : desk.delete(spec.name, world.by, 'C1');
}

async function allOver(world: World): Promise<void> {
  for (const run of await world.store.openRuns()) await world.over(run);
}

function differences(seen: Seen, wanted: Seen): string[] {
  return (Object.keys(wanted) as (keyof Seen)[])
    .filter((field) => !isDeepStrictEqual(seen[field], wanted[field]))
    .map((field) => `${field} ${JSON.stringify(seen[field])} where ${JSON.stringify(wanted[field])} was to be`);
}
