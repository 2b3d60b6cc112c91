import { execa } from 'execa';
import { type DeployStep, formatCommand } from './deploy-step.ts';

/** External dependencies of {@link runSteps}. */
export interface RunStepsDeps {
  /** Runs a command and returns its output. @throws Error when it fails */
  runCommand(argv: readonly string[], options: { readonly input?: string; readonly quiet?: boolean }): Promise<string>;
  print(line: string): void;
  /** Prompts for a secret without echo. */
  askSecret(label: string): Promise<string>;
}

/** Runs gcloud; its messages appear on this terminal. */
export const runGcloud: RunStepsDeps['runCommand'] = async ([program = '', ...args], { input = '', quiet = false }) => {
  const { stdout } = await execa(program, args, { input, stderr: quiet ? 'pipe' : 'inherit' });
  return stdout.trim();
};

/** Prints the commands of all steps without running them. */
export function printSteps(steps: readonly DeployStep[], print: (line: string) => void): void {
  for (const { description, check, runWhen = 'missing', command, secretLabel } of steps) {
    print(`# ${description}`);
    if (check)
      print(
        `${formatCommand(check)}  # ${runWhen === 'missing' ? 'if this prints nothing:' : 'if this prints something:'}`,
      );
    print(`${formatCommand(command)}${secretLabel ? '  # reads the value from standard input' : ''}`);
  }
}

/**
 * Runs the steps in order and prints each command first.
 * @throws Error with the obstacle that a step found, or naming the failed command; safe to rerun after the cause is fixed
 */
export async function runSteps(steps: readonly DeployStep[], deps: RunStepsDeps): Promise<void> {
  const { runCommand, print, askSecret } = deps;
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
      command,
      check,
      runWhen = 'missing',
      secretLabel,
      ignoreCheckErrors = false,
      ignoreErrors = false,
      findObstacle,
    } = step;
    print(`\n# ${description}`);
    if (check && (await isFound(check, ignoreCheckErrors)) !== (runWhen === 'found')) {
      print(runWhen === 'missing' ? 'already exists, skipped' : 'does not exist, skipped');
      continue;
    }
    print(formatCommand(command));
    let output = '';
    const input = secretLabel === undefined ? {} : { input: await readSecret(secretLabel, askSecret) };
    try {
      output = await runCommand(command, input);
    } catch (error) {
      if (!ignoreErrors)
        throw new Error(
          `command failed: ${formatCommand(command)}\nFix the reported error, then run the whole command again.`,
          {
            cause: error,
          },
        );
      print('failed; assuming that the resource was already deleted');
    }
    const obstacle = findObstacle?.(output);
    if (obstacle !== undefined) throw new Error(obstacle);
  }
}

async function readSecret(label: string, askSecret: RunStepsDeps['askSecret']): Promise<string> {
  const value = (await askSecret(`${label}: `)).trim();
  if (value === '') throw new Error(`no value for ${label}; run the command again when you have it`);
  return value;
}
