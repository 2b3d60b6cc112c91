import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

/**
 * Runs vitest under the Node that runs this, with its words on our standard output and its results in a file.
 * @param binDir programs for tests, if it exists; found after those that the machine has
 * @returns its exit code
 */
export async function runVitest(args: readonly string[], reportFile: string, binDir: string): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const path = [join(process.cwd(), 'node_modules/.bin'), process.env.PATH, binDir].join(delimiter);
  const child = execa(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: path, ...(existsSync(binDir) ? { KTHW_TEST_BIN: binDir } : {}) },
    reject: false,
  });
  // A Ctrl-C reaches vitest by itself, since it belongs to the same terminal.
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
  return (await child).exitCode ?? 1;
}
