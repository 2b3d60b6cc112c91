import { isDeepStrictEqual } from 'node:util';
import type { KillPoint } from '../../src/engine/take-step.ts';
import type { ClusterSpec } from '../../src/store/records.ts';
import { type Process, specOf, World } from '../doubles/world.ts';
import { look, type Seen } from './baseline.ts';

type Operation = 'create' | 'delete';

/** Where a process ends: at a step's kill point, or around its n-th write to the store. */
export type Kill =
  | { readonly in: Operation; readonly step: string; readonly point: KillPoint }
  | { readonly in: Operation; readonly write: number; readonly when: 'before' | 'after' };

/** A create or delete that nobody disturbs: what it passes by, and what is seen afterwards. */
export interface Course {
  readonly kills: readonly Kill[];
  /** Around every write to the store; how many there are differs a little from run to run. */
  readonly writes: readonly Kill[];
  readonly seen: Seen;
}

/** Runs an operation undisturbed and notes every point at which its process could end. */
export async function undisturbed(operation: Operation, shape: Partial<ClusterSpec> = {}): Promise<Course> {
  const kills: Kill[] = [];
  let writes = 0;
  const world = await worldBefore(operation, shape);
  const process = world.process({
    at: (step, point) => kills.push({ in: operation, step, point }),
    atStore: (call, when) => {
      if (when === 'before' && isWrite(call)) writes++;
    },
  });
  await world.finish(ask(world, process, operation, shape));
  // What the desk and the runner do around the last step.
  await process.stop();
  const seen = await look(world, specOf(shape));
  await world.close();
  if (seen.end !== 'succeeded') throw new Error(`an undisturbed ${operation} ended so: ${JSON.stringify(seen)}`);
  const numbers = Array.from({ length: writes }, (_, i) => i + 1);
  return {
    kills,
    writes: numbers.flatMap((write) => [
      { in: operation, write, when: 'before' },
      { in: operation, write, when: 'after' },
    ]),
    seen,
  };
}

/**
 * Ends the process there, starts another over the same store, cloud and machines, and says what differs from the
 * undisturbed course in the end. Nothing: it survived. Undefined: the run was over before it came to this write.
 */
export async function survive(
  kill: Kill,
  course: Course,
  shape: Partial<ClusterSpec> = {},
): Promise<string[] | undefined> {
  const world = await worldBefore(kill.in, shape);
  try {
    let ended = false;
    const writes = { before: 0, after: 0 };
    const victim = world.process({
      at(step, point, end) {
        if (ended || !('step' in kill) || kill.step !== step || kill.point !== point) return;
        ended = true;
        end();
      },
      atStore(call, when, end) {
        if (isWrite(call)) writes[when]++;
        if (ended || !('write' in kill) || kill.when !== when || kill.write !== writes[when]) return;
        ended = true;
        end();
      },
    });
    const asked = ask(world, victim, kill.in, shape).catch(() => undefined);
    for (let i = 0; !ended && i < 1_000; i++) await world.clock.sleep(250, new AbortController().signal);
    if (!ended) return 'step' in kill ? ['this point was never reached'] : undefined;
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
  return 'step' in kill ? `${kill.in}: ${kill.step} ${kill.point}` : `${kill.in}: ${kill.when} write ${kill.write}`;
}

/** Looking at the store changes nothing: ending before or after it is ending between two writes. */
function isWrite(call: string): boolean {
  return !['read', 'list', 'events', 'openRuns'].includes(call);
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
