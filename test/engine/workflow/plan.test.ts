import { describe, expect, test } from 'vitest';
import { operations } from '../../../src/engine/phases/operations.ts';
import { type PlannedStep, plan } from '../../../src/engine/workflow/plan.ts';
import { stepHandle } from '../../../src/engine/workflow/step-handle.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { buildPhase, buildStep, dependOn } from '../../fixtures/plan.ts';

const cluster = buildCluster();
const removable = { remove: async () => {} };

describe('a forward plan', () => {
  test('has every step in the order of the phases', () => {
    const phases = [buildPhase('a', [buildStep('a/1'), buildStep('a/2')]), buildPhase('b', [buildStep('b/1')])];
    expect(plan(phases, cluster, { operation: operations.create }).map(({ id }) => id)).toEqual(['a/1', 'a/2', 'b/1']);
  });

  test('makes a step depend on exactly its dependencies', () => {
    const phases = [
      buildPhase('a', [buildStep('a/1'), buildStep('a/2')]),
      buildPhase('b', [buildStep('b/1'), buildStep('b/2', dependOn('a/2', 'a/2'))]),
    ];
    expect(waits(plan(phases, cluster, { operation: operations.create }))).toEqual({
      'a/1': [],
      'a/2': [],
      'b/1': [],
      'b/2': ['a/2'],
    });
  });

  test('rejects a dependency on an unknown step and names both', () => {
    const phases = [buildPhase('a', [buildStep('a/1', dependOn('x/1'))])];
    expect(() => plan(phases, cluster, { operation: operations.create })).toThrow(
      'step "a/1" depends on "x/1", which no phase has',
    );
  });

  test('of some phases contains only dependencies within them', () => {
    const phases = [
      buildPhase('a', [buildStep('a/1')]),
      buildPhase('smoke', [buildStep('smoke/1'), buildStep('smoke/2', dependOn('smoke/1', 'a/1'))]),
    ];
    const operation = { ...operations.smoke, phasesBefore: [] };
    expect(waits(plan(phases, cluster, { operation }))).toEqual({
      'smoke/1': [],
      'smoke/2': ['smoke/1'],
    });
  });
});

describe('a backward plan', () => {
  const phases = [
    buildPhase('net', [buildStep('net/1', { removable })]),
    buildPhase('machine', [buildStep('machine/1', { removable, ...dependOn('net/1') })]),
    // Nothing to remove, and yet it stands between.
    buildPhase('software', [buildStep('software/1', dependOn('machine/1'))]),
    buildPhase('balancer', [buildStep('balancer/1', { removable, ...dependOn('software/1') })]),
    buildPhase('lone', [buildStep('lone/1', { removable })]),
  ];
  const all = plan(phases, cluster, { operation: operations.delete });
  const planned = all.filter(({ direction }) => direction === 'backward');

  test('has only removable steps, in reverse order', () => {
    expect(planned.map(({ id }) => id)).toEqual(['lone/1', 'balancer/1', 'machine/1', 'net/1']);
  });

  test('removes a step after all its direct and indirect dependents', () => {
    const ids = new Set(planned.map(({ id }) => id));
    const removals = planned.map((p) => ({ ...p, dependsOn: p.dependsOn.filter((id) => ids.has(id)) }));
    expect(waits(removals)).toEqual({
      'lone/1': [],
      'balancer/1': [],
      'machine/1': ['balancer/1'],
      'net/1': ['machine/1', 'balancer/1'],
    });
  });

  test('omits steps that need a working cluster or are contained in another one', () => {
    const more = [
      buildPhase('machine', [buildStep('machine/1', { removable })]),
      buildPhase('node', [
        buildStep('node/1', { removable: { ...removable, skipOnClusterDelete: true }, ...dependOn('machine/1') }),
      ]),
      buildPhase('files', [
        buildStep('files/1', {
          removable: { ...removable, containedIn: stepHandle('machine/1') },
          ...dependOn('machine/1'),
        }),
      ]),
    ];
    const down = plan(more, cluster, { operation: operations.delete }).filter(
      ({ direction }) => direction === 'backward',
    );
    expect(down.map(({ id }) => id)).toEqual(['machine/1']);
  });

  test('verifies first that everything can be deleted, and last that nothing is left', () => {
    const checks = all.filter(({ direction }) => direction === 'forward');
    const [first = '', ...last] = checks.map(({ id }) => id);
    expect([first, last]).toEqual([
      'verify-deletable/blockers',
      ['verify-deleted/resources', 'verify-deleted/secrets'],
    ]);
    for (const { dependsOn } of planned) expect(dependsOn).toContain(first);
    for (const { dependsOn } of checks.slice(1)) expect(dependsOn).toEqual([first, ...planned.map(({ id }) => id)]);
  });

  test('requires no approval, because the delete was confirmed', () => {
    expect(all.filter(({ isDestructive }) => isDestructive)).toEqual([]);
  });
});

describe('a rebuild plan', () => {
  const phases = [
    buildPhase('net', [buildStep('net/1', { removable })]),
    buildPhase('machine', [buildStep('machine/1', { removable, ...dependOn('net/1') })]),
    buildPhase('software', [buildStep('software/1', dependOn('machine/1'))]),
  ];
  const planned = plan(phases, cluster, { operation: operations.rebuild, fromPhase: 'machine' });

  test('removes the phase and later ones, then applies all phases', () => {
    expect(planned.map(({ id, direction }) => `${id} ${direction}`)).toEqual([
      'remove:machine/1 backward',
      'net/1 forward',
      'machine/1 forward',
      'software/1 forward',
    ]);
  });

  test('applies nothing before all removals', () => {
    const forward = planned.filter(({ direction }) => direction === 'forward');
    expect(forward.every(({ dependsOn }) => dependsOn.includes('remove:machine/1'))).toBe(true);
  });

  test('requires approval only for removals', () => {
    expect(planned.filter(({ isDestructive }) => isDestructive).map(({ id }) => id)).toEqual(['remove:machine/1']);
  });

  test('rejects an unknown phase', () => {
    expect(() => plan(phases, cluster, { operation: operations.rebuild, fromPhase: 'x' })).toThrow('no phase "x"');
  });
});

function waits(planned: readonly PlannedStep[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    planned.map(({ id, dependsOn }) => [id, [...dependsOn].sort((a, b) => order(planned, a) - order(planned, b))]),
  );
}

function order(planned: readonly PlannedStep[], id: string): number {
  return -planned.findIndex((p) => p.id === id) * (planned[0]?.direction === 'backward' ? 1 : -1);
}
