import { isDeepStrictEqual } from 'node:util';
import type { KillPoint } from '../../src/engine/workflow/execute-step.ts';
import type { ClusterSpec } from '../../src/store/records.ts';
import { buildSpec, type Process, RunEnvironment } from '../fakes/run-environment.ts';
import { type ClusterState, inspectCluster } from './inspect-cluster.ts';

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
  readonly state: ClusterState;
}

/** Runs an operation without interruption and records all its kill points. */
export async function recordCourse(operation: Operation, shape: Partial<ClusterSpec> = {}): Promise<Course> {
  const kills: Kill[] = [];
  let writes = 0;
  const environment = await prepareEnvironment(operation, shape);
  const process = environment.createProcess({
    onKillPoint: (step, point) => kills.push({ in: operation, step, point }),
    onStoreCall: (call, when) => {
      if (when === 'before' && isWrite(call)) writes++;
    },
  });
  await environment.finishRun(requestOperation(environment, process, operation, shape));
  // Include the writes of the service and runner around the last step.
  await process.stop();
  const state = await inspectCluster(environment, buildSpec(shape));
  await environment.close();
  if (state.outcome !== 'succeeded') throw new Error(`an uninterrupted ${operation} failed: ${JSON.stringify(state)}`);
  const numbers = Array.from({ length: writes }, (_, i) => i + 1);
  return {
    kills,
    writes: numbers.flatMap((write) => [
      { in: operation, write, when: 'before' },
      { in: operation, write, when: 'after' },
    ]),
    state,
  };
}

/**
 * Kills the process at the point and starts another on the same store, Compute Engine and hosts. Returns the
 * differences from the uninterrupted run; empty if it survived; undefined if the run finished before this write.
 */
export async function findKillDamage(
  kill: Kill,
  course: Course,
  shape: Partial<ClusterSpec> = {},
): Promise<string[] | undefined> {
  const environment = await prepareEnvironment(kill.in, shape);
  try {
    let hasCrashed = false;
    const writes = { before: 0, after: 0 };
    const killedProcess = environment.createProcess({
      onKillPoint(step, point, crash) {
        if (hasCrashed || !('step' in kill) || kill.step !== step || kill.point !== point) return;
        hasCrashed = true;
        crash();
      },
      onStoreCall(call, when, crash) {
        if (isWrite(call)) writes[when]++;
        if (hasCrashed || !('write' in kill) || kill.when !== when || kill.write !== writes[when]) return;
        hasCrashed = true;
        crash();
      },
    });
    const request = requestOperation(environment, killedProcess, kill.in, shape).catch(() => undefined);
    const approver = new Approver(environment, killedProcess);
    for (let i = 0; !hasCrashed && i < 1_000; i++) {
      await environment.clock.sleep(250, new AbortController().signal);
      await approver.approvePending();
    }
    if (!hasCrashed) return 'step' in kill ? ['this point was not reached'] : undefined;
    await killedProcess.kill();
    const answer = await request;
    const nextProcess = environment.createProcess();
    await nextProcess.start();
    // A requester without a response repeats the request.
    if (!answer) await requestOperation(environment, nextProcess, kill.in, shape);
    await waitForOpenRuns(environment);
    await nextProcess.stop();
    return listDifferences(await inspectCluster(environment, buildSpec(shape)), course.state);
  } finally {
    await environment.close();
  }
}

export function describeKill(kill: Kill): string {
  return 'step' in kill ? `${kill.in}: ${kill.step} ${kill.point}` : `${kill.in}: ${kill.when} write ${kill.write}`;
}

/** Reads have no effect: a kill around a read equals a kill between two writes. */
function isWrite(call: string): boolean {
  return !['read', 'list', 'readEvents', 'listOpenRuns'].includes(call);
}

async function prepareEnvironment(operation: Operation, shape: Partial<ClusterSpec>): Promise<RunEnvironment> {
  const environment = new RunEnvironment();
  if (operation === 'create') return environment;
  const process = environment.createProcess();
  const extra = operation === 'scale' ? { workers: buildSpec(shape).workers + 1 } : {};
  await environment.createCluster(process, { ...shape, ...extra });
  await process.stop();
  return environment;
}

function requestOperation(
  environment: RunEnvironment,
  { clusterService }: Process,
  operation: Operation,
  shape: Partial<ClusterSpec>,
): Promise<object> {
  const spec = buildSpec(shape);
  const { requester } = environment;
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
  readonly #environment: RunEnvironment;
  readonly #process: Process;
  #readCount = 0;

  constructor(environment: RunEnvironment, process: Process) {
    this.#environment = environment;
    this.#process = process;
  }

  async approvePending(): Promise<void> {
    const { store, requester } = this.#environment;
    const run = this.#readCount < 0 ? undefined : (await store.listOpenRuns()).at(-1);
    if (run === undefined) return;
    const events = await store.readEvents(run, this.#readCount);
    this.#readCount += events.length;
    const approvalRequest = events.findLast(({ event }) => event.type === 'approval.requested')?.event;
    if (approvalRequest?.type !== 'approval.requested') return;
    this.#readCount = -1;
    await this.#process.clusterService
      .decideApproval(run, approvalRequest.digest, requester, true)
      .catch(() => undefined);
  }
}

async function waitForOpenRuns(environment: RunEnvironment): Promise<void> {
  for (const run of await environment.store.listOpenRuns()) await environment.waitForRun(run);
}

function listDifferences(actual: ClusterState, expected: ClusterState): string[] {
  return (Object.keys(expected) as (keyof ClusterState)[])
    .filter((field) => !isDeepStrictEqual(actual[field], expected[field]))
    .map((field) => `${field} ${JSON.stringify(actual[field])} instead of ${JSON.stringify(expected[field])}`);
}
