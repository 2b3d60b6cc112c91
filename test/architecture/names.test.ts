import { describe, expect, test } from 'vitest';
import {
  findNameViolations,
  findRetiredIdentifiers,
  getVerbShare,
  readGlossaryTerms,
  startsWithVerb,
} from './names.ts';
import { retiredIdentifiers } from './retired-terms.ts';
import { parseSourceFile, readSourceFiles } from './source-files.ts';

describe('names', () => {
  const files = readSourceFiles('src');

  test('an exported function starts with a verb or is a term of GLOSSARY.md', () => {
    const terms = readGlossaryTerms();
    expect(terms.size).toBeGreaterThan(30);
    expect(files.flatMap((file) => findNameViolations(file, terms))).toEqual([]);
  });

  test('at least 75 % of functions start with a verb', () => {
    expect(getVerbShare(files)).toBeGreaterThanOrEqual(0.75);
  });

  test('no identifier is retired', () => {
    const everything = ['src', 'local', 'test', 'bench', 'scripts', 'deploy'].flatMap(readSourceFiles);
    // The list itself declares them as keys.
    const checked = everything.filter(({ path }) => path !== 'test/architecture/retired-terms.ts');
    expect(checked.length).toBeGreaterThan(500);
    expect(checked.flatMap((file) => findRetiredIdentifiers(file, retiredIdentifiers))).toEqual([]);
  });

  test('reports retired locals, parameters and properties by file, with the replacement', () => {
    const file = parseSourceFile(
      'src/a.ts',
      'const asked = 1; function f(told) {} const { x: [heir] = [], ...victim } = { saw: 1 }; class C { #said = 1 }; for (const world of []) {} catchAll((wanted) => 1); interface I { troubles: string; putDown(desk: number): void }',
    );
    const names = ['asked', 'told', 'heir', 'victim', 'saw', 'said', 'world', 'wanted', 'troubles', 'putDown', 'desk'];
    expect(findRetiredIdentifiers(file, retiredIdentifiers).toSorted()).toEqual(
      names.map((name) => `src/a.ts declares ${name}: write ${retiredIdentifiers[name]}`).toSorted(),
    );
  });

  test.each(['createCluster', 'isReady', 'hasQuota', '#writeBatch', 'toEvent', 'withSshAccess'])(
    'accepts %s',
    (name) => {
      expect(startsWithVerb(name)).toBe(true);
    },
  );

  test.each(['told', 'clusterOf', 'asItWas', 'goesFirst', 'getterless'])('rejects %s', (name) => {
    expect(startsWithVerb(name)).toBe(false);
  });

  test('reports an exported function by file and name', () => {
    const file = parseSourceFile(
      'src/a.ts',
      'export function clusterOf() {}; export const told = () => {}; export const a = 1;',
    );
    expect(findNameViolations(file, new Set())).toEqual([
      expect.stringContaining('src/a.ts exports clusterOf()'),
      expect.stringContaining('src/a.ts exports told()'),
    ]);
  });
});
