import { execa } from 'execa';
import { projectNumber, type Step, typed } from './deploy-step.ts';

/** What a runner of steps has to do with the world. */
export interface Outside {
  /** Runs a command and gives what it printed. @throws Error when it fails */
  run(argv: readonly string[], options: { readonly input?: string; readonly quiet?: boolean }): Promise<string>;
  say(line: string): void;
  /** Asks for a secret, which is not shown. */
  ask(what: string): Promise<string>;
}

/** gcloud on this machine, its words on this terminal. */
export const gcloud: Outside['run'] = async ([program = '', ...args], { input = '', quiet = false }) => {
  const { stdout } = await execa(program, args, { input, stderr: quiet ? 'pipe' : 'inherit' });
  return stdout.trim();
};

/** Shows each step's commands, without doing anything. */
export function showSteps(steps: readonly Step[], say: (line: string) => void): void {
  for (const { why, look, when = 'missing', run, secret } of steps) {
    say(`# ${why}`);
    if (look) say(`${typed(look)}  # ${when === 'missing' ? 'if that prints nothing:' : 'if that prints something:'}`);
    say(`${typed(run)}${secret ? '  # the value over standard input' : ''}`);
  }
}

/**
 * Does one step after the other, showing each command before it runs.
 * @throws Error naming the command that failed; run it all again when that is put right
 */
export async function runSteps(steps: readonly Step[], project: string, outside: Outside): Promise<void> {
  const { run, say, ask } = outside;
  let number: string | undefined;
  async function filled(argv: readonly string[]): Promise<string[]> {
    if (!argv.some((word) => word.includes(projectNumber))) return [...argv];
    number ??= await run(['gcloud', 'projects', 'describe', project, '--format=value(projectNumber)'], { quiet: true });
    return argv.map((word) => word.replaceAll(projectNumber, number ?? ''));
  }

  async function isThere(look: readonly string[], mayFail: boolean): Promise<boolean> {
    say(typed(look));
    try {
      return (await run(look, { quiet: true })) !== '';
    } catch (error) {
      if (mayFail) return false;
      throw error;
    }
  }

  for (const { why, look, when = 'missing', run: argv, secret, lookMayFail = false, mayFail = false } of steps) {
    say(`\n# ${why}`);
    if (look && (await isThere(look, lookMayFail)) !== (when === 'found')) {
      say(when === 'missing' ? 'is there' : 'is not the case');
      continue;
    }
    const command = await filled(argv);
    say(typed(command));
    const input = secret === undefined ? {} : { input: await asked(secret, ask) };
    try {
      await run(command, input);
    } catch (error) {
      if (!mayFail)
        throw new Error(`this failed: ${typed(command)}\nPut right what it says and run it all again.`, {
          cause: error,
        });
      say('it failed, and that is taken for: it was gone already');
    }
  }
}

async function asked(what: string, ask: Outside['ask']): Promise<string> {
  const value = (await ask(`${what}: `)).trim();
  if (value === '') throw new Error(`no value was given for ${what}; run it again when you have it`);
  return value;
}
