import { execa } from 'execa';
import { type DeployStep, formatCommand, projectNumberPlaceholder } from './deploy-step.ts';

/** What a runner of steps has to do with the world. */
export interface RunStepsDeps {
  /** Runs a command and gives what it printed. @throws Error when it fails */
  runCommand(argv: readonly string[], options: { readonly input?: string; readonly quiet?: boolean }): Promise<string>;
  print(line: string): void;
  /** Asks for a secret, which is not shown. */
  askSecret(label: string): Promise<string>;
}

/** gcloud on this machine, its words on this terminal. */
export const runGcloud: RunStepsDeps['runCommand'] = async ([program = '', ...args], { input = '', quiet = false }) => {
  const { stdout } = await execa(program, args, { input, stderr: quiet ? 'pipe' : 'inherit' });
  return stdout.trim();
};

/** Shows each step's commands, without doing anything. */
export function printSteps(steps: readonly DeployStep[], print: (line: string) => void): void {
  for (const { description, check, runWhen = 'missing', command, secretLabel } of steps) {
    print(`# ${description}`);
    if (check)
      print(
        `${formatCommand(check)}  # ${runWhen === 'missing' ? 'if that prints nothing:' : 'if that prints something:'}`,
      );
    print(`${formatCommand(command)}${secretLabel ? '  # the value over standard input' : ''}`);
  }
}

/**
 * Does one step after the other, showing each command before it runs.
 * @throws Error naming the command that failed; run it all again when that is put right
 */
export async function runSteps(steps: readonly DeployStep[], project: string, deps: RunStepsDeps): Promise<void> {
  const { runCommand, print, askSecret } = deps;
  let resolvedProjectNumber: string | undefined;
  async function fillProjectNumber(argv: readonly string[]): Promise<string[]> {
    if (!argv.some((word) => word.includes(projectNumberPlaceholder))) return [...argv];
    resolvedProjectNumber ??= await runCommand(
      ['gcloud', 'projects', 'describe', project, '--format=value(projectNumber)'],
      { quiet: true },
    );
    return argv.map((word) => word.replaceAll(projectNumberPlaceholder, resolvedProjectNumber ?? ''));
  }

  async function isFound(check: readonly string[], ignoreErrors: boolean): Promise<boolean> {
    print(formatCommand(check));
    try {
      return (await runCommand(check, { quiet: true })) !== '';
    } catch (error) {
      if (ignoreErrors) return false;
      throw error;
    }
  }

  for (const step of steps) {
    const {
      description,
      check,
      runWhen = 'missing',
      secretLabel,
      ignoreCheckErrors = false,
      ignoreErrors = false,
    } = step;
    print(`\n# ${description}`);
    if (check && (await isFound(check, ignoreCheckErrors)) !== (runWhen === 'found')) {
      print(runWhen === 'missing' ? 'is there' : 'is not the case');
      continue;
    }
    const command = await fillProjectNumber(step.command);
    print(formatCommand(command));
    const input = secretLabel === undefined ? {} : { input: await readSecret(secretLabel, askSecret) };
    try {
      await runCommand(command, input);
    } catch (error) {
      if (!ignoreErrors)
        throw new Error(`this failed: ${formatCommand(command)}\nPut right what it says and run it all again.`, {
          cause: error,
        });
      print('it failed, and that is taken for: it was gone already');
    }
  }
}

async function readSecret(label: string, askSecret: RunStepsDeps['askSecret']): Promise<string> {
  const value = (await askSecret(`${label}: `)).trim();
  if (value === '') throw new Error(`no value was given for ${label}; run it again when you have it`);
  return value;
}
