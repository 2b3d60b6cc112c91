import { dirname, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { findFolderCycles, findLayerViolation, packageFolders } from './layers.ts';
import { parseSourceFile, readSourceFiles } from './source-files.ts';

const maxLines = 400;

describe('layers', () => {
  const files = readSourceFiles('src');

  test('imports go down, and each package stays in its folder', () => {
    // Guards against a reader that finds nothing.
    const imports = files.flatMap((file) => file.imports.map((specifier) => `${file.path} ${specifier}`));
    expect(imports.some((each) => each.endsWith(' node:sqlite'))).toBe(true);
    expect(imports.some((each) => each.endsWith(' @google-cloud/firestore'))).toBe(true);
    expect(
      files.flatMap(({ path, imports }) => imports.flatMap((each) => findLayerViolation(path, each) ?? [])),
    ).toEqual([]);
  });

  test('folders of the engine do not import each other in a cycle', () => {
    const edges = files.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => [folderOf(path), folderOf(posix.join(dirname(path), specifier))] as const),
    );
    expect(findFolderCycles(edges.filter(([from]) => from.startsWith('src/engine')))).toEqual([]);
  });

  test('every installed package has a folder', () => {
    expect(Object.keys(manifest.dependencies).filter((name) => packageFolders[name] === undefined)).toEqual([]);
  });

  test.each([
    ['src/engine/workflow/plan.ts', '../phases/network.ts', 'is above'],
    ['src/engine/cluster/cluster.ts', '../workflow/plan.ts', 'is above'],
    ['src/engine/steps/host-step.ts', '../service/run-view.ts', 'is above'],
    ['src/store/store.ts', '../engine/cluster/cluster.ts', 'is above'],
    ['src/store/store.ts', '../config.ts', 'is above'],
    ['src/main.ts', '../local/start.ts', 'outside src/'],
    ['src/engine/workflow/plan.ts', '../../../test/fakes/clock.ts', 'outside src/'],
    ['src/engine/gcp/tasks/a.ts', '@google-cloud/compute', 'only src/engine/gcp/compute/ may'],
    ['src/main.ts', 'ssh2', 'only src/engine/ssh/ may'],
    ['src/engine/steps/a.ts', 'execa', 'add the package to packageFolders'],
    ['src/engine/workflow/a.ts', '../../store/sqlite/sqlite-store.ts', 'depend on the port'],
    ['src/commands/create.ts', '../engine/gcp/compute/compute-client.ts', 'use src/engine/service'],
  ])('reports %s importing %s', (file, specifier, reason) => {
    expect(findLayerViolation(file, specifier)).toContain(reason);
  });

  test.each([
    ['src/commands/create.ts', '../engine/service/create-cluster-service.ts'],
    ['src/commands/messages/a.ts', '../../store/store.ts'],
    ['src/engine/gcp/compute/a.ts', '@google-cloud/compute'],
    ['src/engine/workflow/a.ts', 'node:fs'],
    ['src/main.ts', './store/sqlite/sqlite-store.ts'],
    ['src/admin/backup.ts', '../store/firestore/firestore-store.ts'],
    ['src/store/vault/a.ts', './seal.ts'],
  ])('allows %s to import %s', (file, specifier) => {
    expect(findLayerViolation(file, specifier)).toBeUndefined();
  });

  test('reports a cycle between folders', () => {
    expect(
      findFolderCycles([
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
        ['a', 'a'],
      ]),
    ).toEqual(['a → b → c → a']);
  });

  test('every form of import is read', () => {
    const code = `
      import a from 'one'; import { b } from "two"; import type { C } from 'three'; import 'four';
      import { d } from './five.ts';
      export * from './six.ts'; export { e } from './seven.ts';
      const f = await import('eight'); type H = import('nine').H; const i = require('ten');
      Buffer.from('eleven');`;
    expect(parseSourceFile('a.ts', code).imports).toHaveLength(10);
  });
});

test(`no file has more than ${maxLines} lines`, () => {
  const files = [...readSourceFiles('src'), ...readSourceFiles('local')];
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter(({ lines }) => lines > maxLines).map(({ path, lines }) => `${path}: ${lines}; split it`)).toEqual(
    [],
  );
});

function folderOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}
