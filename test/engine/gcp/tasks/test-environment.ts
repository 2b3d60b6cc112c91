import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { StartResultOrNotFound } from '../../../../src/engine/service/cluster-service.ts';
import type { EngineEvent } from '../../../../src/store/events.ts';
import { ClusterSpec } from '../../../../src/store/records.ts';
import { buildCluster } from '../../../fixtures/cluster.ts';
import { CloudTasks } from '../../../support/cloud-tasks.ts';
import { type Instance, type InstanceOptions, startInstance } from './instance.ts';
import { madeIn } from './tutorial.ts';

export const requester = { team: 'T1', user: 'U1' };

/** A queue and the instances that handle its tasks. Removed after the test. */
export async function createTaskEnvironment() {
  const folder = mkdtempSync(join(tmpdir(), 'kthw-tasks-'));
  const tasks = await CloudTasks.start();
  const instances: Instance[] = [];
  onTestFinished(async () => {
    await tasks.stop();
    for (const instance of instances) await instance.stop();
    rmSync(folder, { recursive: true });
  });
  const own = { folder, queue: tasks.queue, endpoint: tasks.endpoint };

  async function instance(options: Partial<InstanceOptions> = {}): Promise<Instance> {
    const started = await startInstance({ ...own, ...options });
    instances.push(started);
    tasks.targets.push(started.url);
    return started;
  }

  return { folder, tasks, own, instance, made: () => madeIn(folder) };
}

/** Requests a cluster and returns the run id. */
export async function create({ clusterService }: Instance): Promise<string> {
  return runOf(
    await clusterService.createCluster({ spec: ClusterSpec.parse(buildCluster()), requester, channel: 'C1' }),
  );
}

export function runOf(answer: StartResultOrNotFound): string {
  if (!('run' in answer)) throw new Error(`no run was begun: ${JSON.stringify(answer)}`);
  return answer.run;
}

/** Counts the events of a run by type. */
export async function countsOf(
  { store }: Instance,
  run: string,
): Promise<Partial<Record<EngineEvent['type'], number>>> {
  const counts: Partial<Record<EngineEvent['type'], number>> = {};
  for (const { event } of await store.readEvents(run)) counts[event.type] = (counts[event.type] ?? 0) + 1;
  return counts;
}

/** Outcomes of a run, one per end. */
export async function endsOf({ store }: Instance, run: string): Promise<string[]> {
  return (await store.readEvents(run)).flatMap(({ event }) => (event.type === 'run.finished' ? [event.outcome] : []));
}

/** Opens once for all waiters. */
export function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
