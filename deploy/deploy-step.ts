/** One deployment step. The displayed command is the executed one. */
export interface DeployStep {
  readonly description: string;
  /** Prints something if the resource exists. Without a check the step always runs. */
  readonly check?: readonly string[];
  /** Check result on which to run the command. @default missing */
  readonly runWhen?: 'missing' | 'found';
  readonly command: readonly string[];
  /** Prompt of a secret passed over standard input, never as an argument. */
  readonly secretLabel?: string;
  /** Returns a reason to stop, from the output of the command, which only reads. */
  readonly findObstacle?: (output: string) => string | undefined;
  /** A failed check means that the resource is missing. */
  readonly ignoreCheckErrors?: boolean;
  /** A failed command means that the resource is already deleted. */
  readonly ignoreErrors?: boolean;
}

/** Formats a command for a shell. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
