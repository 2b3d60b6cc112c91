import { describe, expect, test } from 'vitest';
import { insertExport, insertImport, insertSortedLine } from '../../scripts/new/insert-line.ts';
import { parseName } from '../../scripts/new/names.ts';

describe('npm run new', () => {
  test.each([
    ['first', 'a', ['a', 'b', 'd']],
    ['in the middle', 'c', ['b', 'c', 'd']],
    ['last', 'e', ['b', 'd', 'e']],
  ])('inserts a line %s', (_, line, expected) => {
    const text = insertSortedLine('// b\nb\nd\n', line, (each) => /^\w$/.test(each));
    expect(text.split('\n').slice(1, -1)).toEqual(expected);
  });

  test('reports a list that it does not find', () => {
    expect(() => insertExport('const a = 1;\n', 'pods', 'pods')).toThrow(/export \{ pods \}/);
  });

  test('keeps imports sorted by path, also those that span lines', () => {
    const text = "import { z } from './a.ts';\nimport {\n  b,\n  c,\n} from './c.ts';\n\nconst x = 1;\n";
    expect(insertImport(text, 'm', 'b')).toBe(text.replace('import {\n', "import { m } from './b.ts';\nimport {\n"));
    expect(insertImport(text, 'm', 'd')).toContain("} from './c.ts';\nimport { m } from './d.ts';\n\n");
  });

  test('derives the other forms of a name', () => {
    expect(parseName('node-labels')).toEqual({
      kebab: 'node-labels',
      camel: 'nodeLabels',
      pascal: 'NodeLabels',
      title: 'Node labels',
    });
  });

  test.each(['', 'NodeLabels', 'node_labels', '-a', 'a-', '9a'])('rejects the name "%s"', (name) => {
    expect(() => parseName(name)).toThrow(/kebab-case/);
  });
});
