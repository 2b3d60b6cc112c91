import { describe, expect, test } from 'vitest';
import { findFileViolations, findFolderViolations } from './file-layout.ts';
import { parseSourceFile, readSourceFiles } from './source-files.ts';

describe('file layout', () => {
  test('a file of src is named like its main export and exports three values at most', () => {
    expect(readSourceFiles('src').flatMap(findFileViolations)).toEqual([]);
  });

  test('a folder holds 25 files of mixed kinds at most', () => {
    const paths = ['src', 'local', 'test'].flatMap((folder) => readSourceFiles(folder).map(({ path }) => path));
    expect(findFolderViolations(paths)).toEqual([]);
  });

  test.each([
    ['src/a/run-notifier.ts', 'export class Teller {}', 'name the file like its main export'],
    ['src/a/cluster.ts', 'export const a = 1, b = 2, cluster = 3, d = 4;', 'exports 4 values'],
  ])('reports %s', (path, code, violation) => {
    expect(findFileViolations(parseSourceFile(path, code)).join()).toContain(violation);
  });

  test.each([
    ['src/a/run-notifier.ts', 'export class RunNotifier {}'],
    ['src/a/cluster-service.ts', 'export function createClusterService() {}'],
    ['src/a/resource-names.ts', 'export function getResourceName() {}'],
    ['src/a/index.ts', 'export const a = 1, b = 2, c = 3, d = 4;'],
  ])('allows %s', (path, code) => {
    expect(findFileViolations(parseSourceFile(path, code))).toEqual([]);
  });

  test('reports a folder with too many files', () => {
    const paths = Array.from({ length: 26 }, (_, i) => `src/a/file-${i}.ts`);
    expect(findFolderViolations(paths)).toEqual([expect.stringContaining('src/a holds 26 files')]);
  });
});
