import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUpDeadEmulators } from '../local/compute/machines/host/clean-up.ts';
import { findUnsupportedReason } from '../local/ensure-packages.ts';
import { prepare } from './runner/prepare.ts';
import { listSlowestFiles, type Results, readResults } from './runner/results.ts';
import { runVitest } from './runner/run-vitest.ts';
import { describeSkippedTests, renderFrame } from './runner/skipped-tests.ts';
import { type Check, startChecks } from './runner/static-checks.ts';

const screenshotDir = 'test/browser/artefacts';

/**
 * Runs everything: preparation, static checks, vitest. The last line is `N passed, N failed`. Arguments are passed to
 * vitest.
 */
async function main(args: readonly string[]): Promise<void> {
  // An interrupted run still stops its child processes, removes machines and prints the last line.
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const checks = startChecks(stop.signal);
  const folder = await mkdtemp(join(tmpdir(), 'kthw-tests-'));
  const reportFile = join(folder, 'results.json');
  const binDir = join(folder, 'bin');
  const failures = await prepare(binDir, stop.signal);
  await rm(screenshotDir, { recursive: true, force: true });
  const exitCode = stop.signal.aborted ? 1 : await runVitest(args, reportFile, binDir);
  const results = existsSync(reportFile) ? await readResults(reportFile, process.cwd()) : undefined;
  await rm(folder, { recursive: true });
  if (existsSync(screenshotDir)) console.log(`\nScreenshots of the page: ${screenshotDir}`);
  if (!findUnsupportedReason()) await cleanUpDeadEmulators();
  finish(exitCode, results, [...(await checks), ...failures]);
}

function finish(exitCode: number, results: Results | undefined, checks: readonly Check[]): void {
  for (const check of checks.filter(({ failed }) => failed)) console.log(`\n--- ${check.name} failed\n${check.output}`);
  if (results) {
    console.log(`\nSlowest files: ${listSlowestFiles(results).join(', ')}`);
    console.log(`\n${renderFrame(describeSkippedTests(results.skipped))}\n`);
  }
  const failedChecks = checks.filter(({ failed }) => failed);
  const ran = results !== undefined && results.passed + results.failed > 0;
  // Vitest also fails without a failed test: no tests found, or an error outside of tests.
  const explained = exitCode === 0 || (results?.failed ?? 0) > 0;
  const unexplained = ran && explained ? 0 : 1;
  if (unexplained) console.log(ran ? 'vitest reported errors outside of tests' : 'no tests ran');
  console.log(
    `${checks.map(({ name, failed }) => `${name}: ${failed ? 'failed' : 'passed'}`).join(', ')}; included in the totals below`,
  );
  const passed = (results?.passed ?? 0) + checks.length - failedChecks.length;
  const failed = (results?.failed ?? 0) + failedChecks.length + unexplained;
  process.exitCode = failed > 0 ? 1 : 0;
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
}

process.chdir(join(import.meta.dirname, '..'));
try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
  process.stdout.write('0 passed, 1 failed\n');
}
// Aborted work may still be running.
process.exit();
