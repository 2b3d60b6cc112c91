import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { z } from 'zod';

/** The parts of vitest's JSON report in use. */
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['passed', 'failed']),
      startTime: z.number(),
      endTime: z.number(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

export interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly file: string; readonly tests: number; readonly failed: boolean }[];
  readonly tookMs: ReadonlyMap<string, number>;
}

/** Reads vitest's JSON report. A file that failed without a failed test counts as one failure. */
export async function readResults(reportFile: string, root: string): Promise<Results> {
  const { testResults } = Report.parse(JSON.parse(await readFile(reportFile, 'utf8')));
  const files = testResults.map(({ name, status, startTime, endTime, assertionResults }) => {
    const count = (statuses: readonly string[]) =>
      assertionResults.filter((one) => statuses.includes(one.status)).length;
    const failed = count(['failed']);
    return {
      file: relative(root, name),
      passed: count(['passed']),
      failed: status === 'failed' ? Math.max(1, failed) : failed,
      skipped: count(['skipped', 'pending', 'todo']),
      tookMs: endTime - startTime,
    };
  });
  const sum = (outcome: 'passed' | 'failed') => files.reduce((total, file) => total + file[outcome], 0);
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: files
      .filter((one) => one.skipped > 0)
      .map(({ file, skipped, failed }) => ({ file, tests: skipped, failed: failed > 0 })),
    tookMs: new Map(files.map(({ file, tookMs }) => [file, tookMs])),
  };
}

/** The five slowest files, excluding hooks. */
export function listSlowestFiles({ tookMs }: Results): string[] {
  const files = [...tookMs].sort(([, a], [, b]) => b - a).slice(0, 5);
  return files.map(([file, ms]) => `${file} ${(ms / 1000).toFixed(1)} s`);
}
