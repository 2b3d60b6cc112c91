import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

/**
 * Runs vitest with the current Node version; output goes to standard output, results to a file.
 * @param binDir directory with test programs, if it exists; searched after PATH
 * @returns the exit code
 */
export async function runVitest(args: readonly string[], reportFile: string, binDir: string): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const path = [join(process.cwd(), 'node_modules/.bin'), process.env.PATH, binDir].join(delimiter);
  const child = execa(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: path, ...(existsSync(binDir) ? { KTHW_TEST_BIN: binDir } : {}) },
    reject: false,
  });
  // SIGTERM also for Ctrl-C: npm and the launcher forward it, and vitest would wait for the running tests.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill('SIGTERM'));
  return (await child).exitCode ?? 1;
}
