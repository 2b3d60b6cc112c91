import type { WorkerInstance } from '../../cluster/cluster.ts';
import { KthwError } from '../../cluster/errors.ts';
import { describePods } from '../describe-pods.ts';
import { describeNodes, findExclusion, listNodes } from '../list-nodes.ts';
import { listPods, type Pod } from '../list-pods.ts';
import type { StepContext } from '../step-context.ts';
import { getSmokeNamespace } from './smoke-namespace.ts';

const selector = 'app=web';

interface SmokeWorkers {
  /** Workers that must run a pod. */
  readonly tested: readonly WorkerInstance[];
  /** Lines such as `demo-worker-1: cordoned`. */
  readonly skipped: readonly string[];
}

/** @throws KthwError `image-unavailable`, which defers the step until `resume` */
export async function listSmokePods(c: StepContext): Promise<readonly Pod[]> {
  const { ready, hasImagePullError } = await listPods(c, getSmokeNamespace(c), selector);
  if (hasImagePullError) throw new KthwError('image-unavailable', { image: 'docker.io/library/nginx:latest' });
  return ready;
}

/** Skips workers that users have cordoned or tainted. A worker that isn't registered or Ready is tested, and fails. */
export async function selectSmokeWorkers(c: StepContext): Promise<SmokeWorkers> {
  const exclusions = new Map((await listNodes(c)).map((node) => [node.metadata.name, findExclusion(node)]));
  const { workerInstances } = c.cluster;
  return {
    tested: workerInstances.filter(({ name }) => exclusions.get(name) === undefined),
    skipped: workerInstances.flatMap(({ name }) => {
      const exclusion = exclusions.get(name);
      return exclusion === undefined ? [] : [`${name}: ${exclusion}`];
    }),
  };
}

/** Why the pods of the test don't run: their nodes, then the pods themselves. */
export async function describeSmokePods(c: StepContext): Promise<string | undefined> {
  const { tested } = await selectSmokeWorkers(c);
  const names = tested.map(({ name }) => name);
  const reasons = [await describeNodes(c, names), await describePods(c, getSmokeNamespace(c), selector)];
  return reasons.filter(Boolean).join('; ') || undefined;
}
