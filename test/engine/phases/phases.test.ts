import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as listed from '../../../src/engine/phases/index.ts';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases, sortPhases } from '../../../src/engine/phases/registry.ts';
import { plan } from '../../../src/engine/workflow/plan.ts';
import { buildCluster } from '../../fixtures/cluster.ts';

const folder = join(import.meta.dirname, '../../../src/engine/phases');
/** The lists themselves, and the phases that a plan adds to what it does: to a resize, to a delete. */
const notListed: ReadonlySet<string> = new Set([
  'index.ts',
  'registry.ts',
  'operations.ts',
  'resize-instances.ts',
  'verify-deleted.ts',
]);
const shapes = ([1, 3, 5] as const).flatMap((controllers) =>
  [0, 1, 3, 20].map((workers) => ({ controllers, workers })),
);

describe('the registry', () => {
  test('has every phase that has a file', async () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !notListed.has(file));
    const registered = new Set<unknown>(Object.values(listed));
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

  test('has each name once, a title and a chapter', () => {
    expect(new Set(phases.map(({ name }) => name)).size).toBe(phases.length);
    expect(phases.filter(({ name, title, chapter }) => name === '' || title === '' || chapter < 1)).toEqual([]);
  });

  test('puts each phase after those that it waits for', () => {
    const before = new Set<string>();
    for (const { name, dependsOn } of phases) {
      expect(
        dependsOn.filter((each) => !before.has(each)),
        name,
      ).toEqual([]);
      before.add(name);
    }
  });

  test('refuses phases that wait for each other, and names them', () => {
    const a = { name: 'a', title: 'a', chapter: 1, dependsOn: ['b'], steps: () => [] } as const;
    const b = { name: 'b', title: 'b', chapter: 1, dependsOn: ['a'], steps: () => [] } as const;
    expect(() => sortPhases({ a, b })).toThrow('phases wait for each other: a, b');
  });
});

describe.each(shapes)('the steps of $controllers controllers and $workers workers', (shape) => {
  const cluster = buildCluster(shape);
  const steps = phases.flatMap((phase) => phase.steps(cluster).map((step) => ({ phase: phase.name, ...step })));

  test('have keys that are theirs alone and begin with a word of the tutorial', () => {
    const keys = steps.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => !/^[a-z][a-z-]*\/[^\s/]+(\/[^\s/]+)*$/.test(key))).toEqual([]);
  });

  test('have titles', () => {
    expect(steps.filter(({ title }) => title.trim() === '')).toEqual([]);
  });

  test('are the same for the same cluster', () => {
    const again = phases.flatMap((phase) => phase.steps(buildCluster(shape)));
    expect(again.map(({ key, title, dependsOn }) => ({ key, title, dependsOn }))).toEqual(
      steps.map(({ key, title, dependsOn }) => ({ key, title, dependsOn })),
    );
  });

  test.each(['create', 'smoke', 'delete'] as const)('make a plan to %s in which all can be done', (operation) => {
    const planned = plan(phases, cluster, { operation: operations[operation] });
    const done = new Set<string>();
    for (let ready = planned; ready.length > 0; ) {
      ready = planned.filter(({ id, dependsOn }) => !done.has(id) && dependsOn.every((each) => done.has(each)));
      for (const { id } of ready) done.add(id);
    }
    expect(planned.filter(({ id }) => !done.has(id)).map(({ id }) => id)).toEqual([]);
    expect(planned.length).toBeGreaterThan(0);
  });
});
