import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const runbook = readFileSync(join(root, 'RUNBOOK.md'), 'utf8');
const catalogue = readFileSync(join(root, 'src/engine/cluster/errors.ts'), 'utf8');

test('the runbook has only known error codes, and all that stop a run', () => {
  const codes = new Set(Array.from(catalogue.matchAll(/^ {2}'?([a-z-]+)'?: \(/gm), ([, code = '']) => code));
  // Guards against an empty catalogue.
  expect(codes).toContain('keyring-refused');
  const titles = runbook.split('\n').filter((line) => line.startsWith('### '));
  const named = titles.flatMap((line) => Array.from(line.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g), ([, code = '']) => code));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((code) => !codes.has(code))).toEqual([]);
  expect(named).toEqual(expect.arrayContaining(['quota', 'conflict', 'cloud-denied', 'keyring-refused', 'bug']));
});

test('the commands in the runbook exist', () => {
  const named = Array.from(runbook.matchAll(/npm run ([a-z]+)/g), ([, name = '']) => name);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
});
