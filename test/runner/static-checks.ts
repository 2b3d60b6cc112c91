import { execa } from 'execa';

/** Something that is right or not besides the tests. */
export interface Check {
  readonly name: string;
  readonly failed: boolean;
  /** What to read when it failed. */
  readonly output: string;
}

const commands = [
  ['types', 'tsc', '-p', '.'],
  ['types of the page', 'tsc', '-p', 'local/slack/page'],
  ['lint and format', 'biome', 'ci', '--colors=off', '.'],
] as const;

/** Starts the static checks side by side; nothing is written. */
export function startChecks(): Promise<Check[]> {
  return Promise.all(commands.map(([name, program, ...args]) => check(name, program, args)));
}

async function check(name: string, program: string, args: readonly string[]): Promise<Check> {
  const started = Date.now();
  const { failed, all } = await execa(program, args, { all: true, reject: false, preferLocal: true, stdin: 'ignore' });
  const took = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${name}: ${failed ? 'failed; what it says comes at the end' : 'passed'} after ${took}`);
  return { name, failed, output: all };
}
