import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tutorialPhases } from '../../../src/engine/phases/index.ts';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases, sortPhases } from '../../../src/engine/phases/sort-phases.ts';
import { plan } from '../../../src/engine/workflow/plan.ts';
import type { Step } from '../../../src/engine/workflow/step.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { buildPhase, buildStep, dependOn } from '../../fixtures/plan.ts';

const folder = join(import.meta.dirname, '../../../src/engine/phases');
/** The lists themselves, and the phases that a plan adds to what it does: to a resize, to a delete. */
const notListed: ReadonlySet<string> = new Set([
  'index.ts',
  'sort-phases.ts',
  'operations.ts',
  'resize-instances.ts',
  'verify-deletable.ts',
  'verify-deleted.ts',
  'verify-instances.ts',
]);
/** Phases whose steps send requests to the Kubernetes API. */
const apiPhases: ReadonlySet<string> = new Set(['readiness', 'rbac', 'node-registration', 'dns', 'smoke']);
const shapes = ([1, 3, 5] as const).flatMap((controllers) =>
  [0, 1, 3, 20].map((workers) => ({ controllers, workers })),
);

describe('the registry', () => {
  test('lists the phase of every file', async () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !notListed.has(file));
    const registered = new Set<unknown>(tutorialPhases);
    for (const file of files) {
      const exported: object = await import(join(folder, file));
      const found = Object.values(exported).filter((value) => typeof value === 'object' && 'steps' in value);
      expect(
        found.filter((phase) => !registered.has(phase)),
        `${file} has a phase that index.ts does not list`,
      ).toEqual([]);
      expect(found.length, `${file} exports no phase`).toBeGreaterThan(0);
    }
    expect(phases.length).toBe(registered.size);
  });

  test('has unique names, titles and chapters', () => {
    expect(new Set(phases.map(({ name }) => name)).size).toBe(phases.length);
    expect(phases.filter(({ name, title, chapter }) => name === '' || title === '' || chapter < 1)).toEqual([]);
  });

  test('puts each phase after those whose steps it depends on', () => {
    const cluster = buildCluster();
    const position = new Map(phases.flatMap((phase, i) => phase.steps(cluster).map((s) => [s.handle.key, i])));
    const misplaced = phases.flatMap((phase, i) =>
      phase
        .steps(cluster)
        .flatMap(({ handle, dependsOn = [] }) =>
          dependsOn
            .filter(({ key }) => (position.get(key) ?? i + 1) > i)
            .map(({ key }) => `${handle.key} before ${key}`),
        ),
    );
    expect(misplaced).toEqual([]);
  });

  test('sorts phases by dependency, then by chapter, then by position in the list', () => {
    const late = { ...buildPhase('late', [buildStep('late/1', dependOn('early/1'))]), chapter: 1 };
    const early = { ...buildPhase('early', [buildStep('early/1')]), chapter: 2 };
    const list = [late, early, buildPhase('z', []), buildPhase('a', [])];
    expect(sortPhases(list, buildCluster()).map(({ name }) => name)).toEqual(['z', 'a', 'early', 'late']);
  });

  test('rejects and names phases that depend on each other', () => {
    const a = buildPhase('a', [buildStep('a/1', dependOn('b/1'))]);
    const b = buildPhase('b', [buildStep('b/1', dependOn('a/1'))]);
    expect(() => sortPhases([a, b], buildCluster())).toThrow('phases depend on each other: a, b');
  });
});

describe.each(shapes)('the steps of $controllers controllers and $workers workers', (shape) => {
  const cluster = buildCluster(shape);
  const steps = phases.flatMap((phase) => phase.steps(cluster).map((step) => ({ phase: phase.name, ...step })));

  test('have unique keys that start with a phase name', () => {
    const keys = steps.map(({ handle }) => handle.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => !/^[a-z][a-z-]*\/[^\s/]+(\/[^\s/]+)*$/.test(key))).toEqual([]);
  });

  test('have titles', () => {
    expect(steps.filter(({ title }) => title.trim() === '')).toEqual([]);
  });

  test('wait for the Kubernetes API only after the steps that start it', () => {
    const dependencies = new Map(
      steps.map(({ handle, dependsOn = [] }) => [handle.key, dependsOn.map(({ key }) => key)]),
    );
    const listPrerequisites = (key: string): ReadonlySet<string> =>
      new Set(
        (dependencies.get(key) ?? []).flatMap((prerequisite) => [prerequisite, ...listPrerequisites(prerequisite)]),
      );
    const independent = steps
      .filter(({ phase }) => apiPhases.has(phase))
      .map(({ handle }) => handle.key)
      .filter((key) => ![...listPrerequisites(key)].some((prerequisite) => prerequisite.startsWith('control-plane/')));
    expect(independent).toEqual([]);
  });

  test('are equal for equal clusters', () => {
    const again = phases.flatMap((phase) => phase.steps(buildCluster(shape)));
    expect(again.map(describeStep)).toEqual(steps.map(describeStep));
  });

  test.each(['create', 'smoke', 'delete'] as const)(
    'form a plan for %s in which every step becomes ready',
    (operation) => {
      const planned = plan(phases, cluster, { operation: operations[operation] });
      const done = new Set<string>();
      for (let ready = planned; ready.length > 0; ) {
        ready = planned.filter(({ id, dependsOn }) => !done.has(id) && dependsOn.every((each) => done.has(each)));
        for (const { id } of ready) done.add(id);
      }
      expect(planned.filter(({ id }) => !done.has(id)).map(({ id }) => id)).toEqual([]);
      expect(planned.length).toBeGreaterThan(0);
    },
  );
});

/** Handles have a private field, which deep equality doesn't compare. */
function describeStep({ handle, title, dependsOn }: Pick<Step, 'handle' | 'title' | 'dependsOn'>) {
  return { key: handle.key, title, dependsOn: dependsOn?.map(({ key }) => key) };
}
