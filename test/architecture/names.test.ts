import { describe, expect, test } from 'vitest';
import { findNameViolations, getVerbShare, readGlossaryTerms, startsWithVerb } from './names.ts';
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
