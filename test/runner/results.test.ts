import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listSlowestFiles, readResults } from './results.ts';
import { describeSkippedTests, renderFrame } from './skipped-tests.ts';

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

describe('test results', () => {
  test('are counted over all files', async () => {
    const found = await results(
      file('a.test.ts', ['passed', 'passed', 'failed']),
      file('b.test.ts', ['passed', 'skipped', 'pending', 'todo']),
    );
    expect(found).toMatchObject({ passed: 3, failed: 1 });
    expect(found.skipped).toEqual([{ file: 'test/b.test.ts', tests: 3, failed: false }]);
  });

  test.each([
    ['that failed to load', file('a.test.ts', [], { status: 'failed' })],
    ['whose hook failed before its tests', file('a.test.ts', ['skipped', 'skipped'], { status: 'failed' })],
  ])('count a file %s as a failed test', async (_, broken) => {
    expect(await results(broken, file('b.test.ts', ['passed']))).toMatchObject({ passed: 1, failed: 1 });
  });

  test('list the slowest files first', async () => {
    const found = await results(file('a.test.ts', []), file('b.test.ts', [], { endTime: 2500 }));
    expect(listSlowestFiles(found)).toEqual(['test/b.test.ts 2.5 s', 'test/a.test.ts 1.0 s']);
  });
});

describe('describeSkippedTests', () => {
  test('lists skipped tests with the reasons', () => {
    const skipped = [{ file: 'test/e2e/create.test.ts', tests: 14, failed: false }];
    expect(describeSkippedTests(skipped, ['no real machines: it needs root'])).toEqual([
      'SKIPPED TESTS',
      '  14 in test/e2e/create.test.ts',
      'because',
      '  no real machines: it needs root',
    ]);
  });

  test('marks tests skipped because of a failure', () => {
    const skipped = [{ file: 'test/a.test.ts', tests: 2, failed: true }];
    expect(describeSkippedTests(skipped, [])).toContain('  2 in test/a.test.ts, which failed');
  });

  test('states that no tests were skipped', () => {
    expect(describeSkippedTests([], ['no gcloud'])).toEqual(['No tests were skipped.']);
  });

  test('renders a frame', () => {
    expect(renderFrame(['one', 'three'])).toBe('#########\n# one   #\n# three #\n#########');
  });
});
