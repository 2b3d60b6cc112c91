import { execa } from 'execa';

/** Result of a check other than a test. */
export interface Check {
  readonly name: string;
  readonly failed: boolean;
  /** Output to show on failure. */
  readonly output: string;
}

const commands = [
  ['types', 'tsc', '-p', '.'],
  ['types of the page', 'tsc', '-p', 'local/slack/page'],
  ['lint and format', 'biome', 'ci', '--colors=off', '.'],
] as const;

/** Runs the static checks in parallel; they write no files. @param signal ends them */
export function startChecks(signal: AbortSignal): Promise<Check[]> {
  return Promise.all(commands.map(([name, program, ...args]) => check(name, program, args, signal)));
}

async function check(name: string, program: string, args: readonly string[], signal: AbortSignal): Promise<Check> {
  const started = Date.now();
  const options = { all: true, reject: false, preferLocal: true, stdin: 'ignore', cancelSignal: signal } as const;
  const { failed, all } = await execa(program, args, options);
  const took = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${name}: ${failed ? 'failed; see the output at the end' : 'passed'} after ${took}`);
  return { name, failed, output: all };
}
