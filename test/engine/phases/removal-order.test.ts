import { describe, expect, test } from 'vitest';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import type { ClusterStep } from '../../../src/engine/steps/cluster-step.ts';
import { type PlannedStep, type PlanOptions, plan } from '../../../src/engine/workflow/plan.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

type PlanCase = readonly [name: string, planned: readonly PlannedStep[], spec: Partial<ClusterSpec>];

const spec = { controllers: 3, workers: 4 } as const;
const scaleDowns = [0, 1, 3].map((workers): PlanCase => {
  const run = { operation: operations.scale, previousSpec: buildCluster(spec) };
  return [`scaling from ${spec.workers} to ${workers} workers`, removalsOf({ ...spec, workers }, run), spec];
});
const rebuilds = phases.map(({ name }): PlanCase => {
  const run = { operation: operations.rebuild, fromPhase: name };
  return [`rebuilding from ${name}`, removalsOf(spec, run), spec];
});
const deletions = [0, 1, 4].map((workers): PlanCase => {
  const shape = { controllers: 1, workers } as const;
  return [`deleting a cluster of ${workers} workers`, removalsOf(shape, { operation: operations.delete }), shape];
});

describe.each([...scaleDowns, ...rebuilds, ...deletions])('%s', (_, removals, shape) => {
  test('removes a resource only after everything that depends on it or uses it', () => {
    const getUsed = createClosure(listRelations(shape));
    const getEarlier = createClosure(new Map(removals.map(({ id, dependsOn }) => [id, dependsOn])));
    const violations = removals.flatMap((user) =>
      removals
        .filter((used) => getUsed(toKey(user)).has(toKey(used)) && !getEarlier(used.id).has(user.id))
        .map((used) => `${used.id} does not wait for ${user.id}`),
    );
    expect(violations).toEqual([]);
  });

  test('lists each removal after those that it waits for', () => {
    const position = new Map(removals.map(({ id }, i) => [id, i]));
    const misplaced = removals.filter(({ id, dependsOn }) =>
      dependsOn.some((each) => (position.get(each) ?? -1) > (position.get(id) ?? -1)),
    );
    expect(misplaced.map(({ id }) => id)).toEqual([]);
  });
});

describe('what uses what', () => {
  // Facts about Compute Engine and Kubernetes, stated independently of the phases.
  const worker = 'demo-worker-3';
  test.each([
    ['a node', `node-registration/${worker}`, 'its pod route', `pod-routes/${worker}`],
    ['a node', `node-registration/${worker}`, 'its instance', `workers/${worker}`],
    ['a pod route', `pod-routes/${worker}`, 'its next hop', `workers/${worker}`],
    ['a pod route', `pod-routes/${worker}`, 'its network', 'network/vpc'],
    ['an instance', `workers/${worker}`, 'its subnet', 'network/subnet'],
    ['a subnet', 'network/subnet', 'its network', 'network/vpc'],
    ['a forwarding rule', 'load-balancer/rule', 'its target pool', 'load-balancer/pool'],
    ['a forwarding rule', 'load-balancer/rule', 'its address', 'static-ip/api'],
    ['a target pool', 'load-balancer/pool', 'its health check', 'load-balancer/health-check'],
    ['a target pool', 'load-balancer/pool', 'its instances', 'controllers/demo-controller-2'],
  ])('%s (%s) uses %s (%s)', (_, user, __, used) => {
    expect(createClosure(listRelations(spec))(user)).toContain(used);
  });

  test('is a relation without cycles', () => {
    const getUsed = createClosure(listRelations(spec));
    expect([...listRelations(spec).keys()].filter((key) => getUsed(key).has(key))).toEqual([]);
  });
});

test.each(scaleDowns.map(([name, removals]) => [name, removals] as const))(
  '%s drains a node, then removes its route, then its instance',
  (_, removals) => {
    const getEarlier = createClosure(new Map(removals.map(({ id, dependsOn }) => [id, dependsOn])));
    const drained = removals.filter(({ phase }) => phase.name === 'node-registration');
    expect(drained.length).toBeGreaterThan(0);
    for (const { id } of drained) {
      const worker = id.slice(id.lastIndexOf('/') + 1);
      expect(getEarlier(`remove:pod-routes/${worker}`)).toContain(id);
      expect(getEarlier(`remove:workers/${worker}`)).toContain(`remove:pod-routes/${worker}`);
    }
  },
);

function removalsOf(shape: Partial<ClusterSpec>, run: PlanOptions<ClusterStep>): PlannedStep[] {
  return plan(phases, buildCluster(shape), run).filter(({ direction }) => direction === 'backward');
}

function toKey({ id }: PlannedStep): string {
  return id.replace(/^remove:/, '');
}

/** Keys of the steps that a step depends on or uses. */
function listRelations(shape: Partial<ClusterSpec>): ReadonlyMap<string, readonly string[]> {
  const steps = phases.flatMap((phase) => phase.steps(buildCluster(shape)));
  return new Map(
    steps.map(({ handle, dependsOn = [], removable }) => [
      handle.key,
      [...dependsOn, ...(removable?.uses ?? [])].map(({ key }) => key),
    ]),
  );
}

/** Everything that is reachable from a key, without the key itself unless it is in a cycle. */
function createClosure(relations: ReadonlyMap<string, readonly string[]>): (key: string) => ReadonlySet<string> {
  return (key) => {
    const found = new Set<string>();
    const pending = [...(relations.get(key) ?? [])];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      pending.push(...(relations.get(next) ?? []));
    }
    return found;
  };
}
