import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readResults, slowest } from './results.ts';
import { framed, leftOut } from './skipped-tests.ts';

function file(name: string, statuses: readonly string[], changes: object = {}) {
  const assertionResults = statuses.map((status) => ({ status }));
  const status = statuses.includes('failed') ? 'failed' : 'passed';
  return { name: `/root/test/${name}`, status, startTime: 0, endTime: 1000, assertionResults, ...changes };
}

async function results(...testResults: object[]) {
  const folder = await mkdtemp(join(tmpdir(), 'kthw-results-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'report.json'), JSON.stringify({ testResults }));
  return await readResults(join(folder, 'report.json'), '/root');
}

describe('the results of a test run', () => {
  test('are counted over all files', async () => {
    const found = await results(
      file('a.test.ts', ['passed', 'passed', 'failed']),
      file('b.test.ts', ['passed', 'skipped', 'pending', 'todo']),
    );
    expect(found).toMatchObject({ passed: 3, failed: 1 });
    expect(found.skipped).toEqual([{ file: 'test/b.test.ts', tests: 3, failed: false }]);
  });

  test.each([
    ['that could not be loaded', file('a.test.ts', [], { status: 'failed' })],
    ['whose hook failed before its tests', file('a.test.ts', ['skipped', 'skipped'], { status: 'failed' })],
  ])('count a file %s as a failed test', async (_, broken) => {
    expect(await results(broken, file('b.test.ts', ['passed']))).toMatchObject({ passed: 1, failed: 1 });
  });

  test('name the slowest files first', async () => {
    const found = await results(file('a.test.ts', []), file('b.test.ts', [], { endTime: 2500 }));
    expect(slowest(found)).toEqual(['test/b.test.ts 2.5 s', 'test/a.test.ts 1.0 s']);
  });
});

describe('what was left out', () => {
  test('is named with what the machine lacks', () => {
    const skipped = [{ file: 'test/e2e/create.test.ts', tests: 14, failed: false }];
    expect(leftOut(skipped, ['no real machines: it needs root'])).toEqual([
      'LEFT OUT',
      '  14 in test/e2e/create.test.ts',
      'because',
      '  no real machines: it needs root',
    ]);
  });

  test('is told apart from what a failure skipped', () => {
    const skipped = [{ file: 'test/a.test.ts', tests: 2, failed: true }];
    expect(leftOut(skipped, [])).toContain('  2 in test/a.test.ts, which failed');
  });

  test('is nothing when every test ran', () => {
    expect(leftOut([], ['no gcloud'])).toEqual(['Nothing was left out: every test that was asked for ran.']);
  });

  test('is put in a frame', () => {
    expect(framed(['one', 'three'])).toBe('#########\n# one   #\n# three #\n#########');
  });
});
