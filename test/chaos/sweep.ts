import { isDeepStrictEqual } from 'node:util';
import type { KillPoint } from '../../src/engine/workflow/execute-step.ts';
import type { ClusterSpec } from '../../src/store/records.ts';
import { buildSpec, type Process, RunEnvironment } from '../fakes/run-environment.ts';
import { look, type Seen } from './baseline.ts';

/** Operations under test. A rebuild starts from the controllers; a scale removes a worker. */
export const operations = ['create', 'delete', 'rebuild', 'scale'] as const;
type Operation = (typeof operations)[number];

/** Where a process is killed: at a step's kill point, or around its n-th write to the store. */
export type Kill =
  | { readonly in: Operation; readonly step: string; readonly point: KillPoint }
  | { readonly in: Operation; readonly write: number; readonly when: 'before' | 'after' };

/** An uninterrupted operation: its kill points and the final state. */
export interface Course {
  readonly kills: readonly Kill[];
  /** Around every write to the store; the number of writes varies slightly between runs. */
  readonly writes: readonly Kill[];
  readonly seen: Seen;
}

/** Runs an operation without interruption and records all its kill points. */
export async function undisturbed(operation: Operation, shape: Partial<ClusterSpec> = {}): Promise<Course> {
  const kills: Kill[] = [];
  let writes = 0;
  const world = await worldBefore(operation, shape);
  const process = world.createProcess({
    onKillPoint: (step, point) => kills.push({ in: operation, step, point }),
    onStoreCall: (call, when) => {
      if (when === 'before' && isWrite(call)) writes++;
    },
  });
  await world.finishRun(ask(world, process, operation, shape));
  // Include the writes of the service and runner around the last step.
  await process.stop();
  const seen = await look(world, buildSpec(shape));
  await world.close();
  if (seen.end !== 'succeeded') throw new Error(`an uninterrupted ${operation} failed: ${JSON.stringify(seen)}`);
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
 * Kills the process at the point and starts another on the same store, Compute Engine and hosts. Returns the
 * differences from the uninterrupted run; empty if it survived; undefined if the run finished before this write.
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
    const victim = world.createProcess({
      onKillPoint(step, point, end) {
        if (ended || !('step' in kill) || kill.step !== step || kill.point !== point) return;
        ended = true;
        end();
      },
      onStoreCall(call, when, end) {
        if (isWrite(call)) writes[when]++;
        if (ended || !('write' in kill) || kill.when !== when || kill.write !== writes[when]) return;
        ended = true;
        end();
      },
    });
    const asked = ask(world, victim, kill.in, shape).catch(() => undefined);
    const saysYes = new Approver(world, victim);
    for (let i = 0; !ended && i < 1_000; i++) {
      await world.clock.sleep(250, new AbortController().signal);
      await saysYes.look();
    }
    if (!ended) return 'step' in kill ? ['this point was not reached'] : undefined;
    await victim.kill();
    const answer = await asked;
    const heir = world.createProcess();
    await heir.start();
    // A requester without a response repeats the request.
    if (!answer) await ask(world, heir, kill.in, shape);
    await allOver(world);
    await heir.stop();
    return differences(await look(world, buildSpec(shape)), course.seen);
  } finally {
    await world.close();
  }
}

export function nameOf(kill: Kill): string {
  return 'step' in kill ? `${kill.in}: ${kill.step} ${kill.point}` : `${kill.in}: ${kill.when} write ${kill.write}`;
}

/** Reads have no effect: a kill around a read equals a kill between two writes. */
function isWrite(call: string): boolean {
  return !['read', 'list', 'readEvents', 'listOpenRuns'].includes(call);
}

async function worldBefore(operation: Operation, shape: Partial<ClusterSpec>): Promise<RunEnvironment> {
  const world = new RunEnvironment();
  if (operation === 'create') return world;
  const maker = world.createProcess();
  const more = operation === 'scale' ? { workers: buildSpec(shape).workers + 1 } : {};
  await world.createCluster(maker, { ...shape, ...more });
  await maker.stop();
  return world;
}

function ask(
  world: RunEnvironment,
  { clusterService }: Process,
  operation: Operation,
  shape: Partial<ClusterSpec>,
): Promise<object> {
  const spec = buildSpec(shape);
  const { requester } = world;
  switch (operation) {
    case 'create':
      return clusterService.createCluster({ spec, requester, channel: 'C1' });
    case 'delete':
      return clusterService.deleteCluster(spec.name, requester, 'C1');
    case 'rebuild':
      return clusterService.rebuildCluster(spec.name, { fromPhase: 'controllers', requester, channel: 'C1' });
    case 'scale':
      return clusterService.scaleCluster(spec.name, { workers: spec.workers, requester, channel: 'C1' });
    default:
      return operation satisfies never;
  }
}

/** Approves the first approval request of a run, once. */
class Approver {
  readonly #world: RunEnvironment;
  readonly #process: Process;
  #seen = 0;

  constructor(world: RunEnvironment, process: Process) {
    this.#world = world;
    this.#process = process;
  }

  async look(): Promise<void> {
    const { store, requester } = this.#world;
    const run = this.#seen < 0 ? undefined : (await store.listOpenRuns()).at(-1);
    if (run === undefined) return;
    const news = await store.readEvents(run, this.#seen);
    this.#seen += news.length;
    const asked = news.findLast(({ event }) => event.type === 'approval.requested')?.event;
    if (asked?.type !== 'approval.requested') return;
    this.#seen = -1;
    await this.#process.clusterService.decideApproval(run, asked.digest, requester, true).catch(() => undefined);
  }
}

async function allOver(world: RunEnvironment): Promise<void> {
  for (const run of await world.store.listOpenRuns()) await world.waitForRun(run);
}

function differences(seen: Seen, wanted: Seen): string[] {
  return (Object.keys(wanted) as (keyof Seen)[])
    .filter((field) => !isDeepStrictEqual(seen[field], wanted[field]))
    .map((field) => `${field} ${JSON.stringify(seen[field])} where ${JSON.stringify(wanted[field])} was to be`);
}
