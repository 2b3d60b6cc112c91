/** One thing to do. Pure data: what is shown is what is run. */
export interface DeployStep {
  readonly description: string;
  /** Prints something where it is there already. None: it is done each time. */
  readonly check?: readonly string[];
  /** When to do it, by what the look printed. @default missing */
  readonly runWhen?: 'missing' | 'found';
  readonly command: readonly string[];
  /** Asked for and given over standard input, never as an argument. */
  readonly secretLabel?: string;
  /** A look that fails means: it is not there. */
  readonly ignoreCheckErrors?: boolean;
  /** What the step takes away is gone already, or was never there: no error. */
  readonly ignoreErrors?: boolean;
}

/** Stands in commands for the project's number, which gcloud is asked for. */
export const projectNumberPlaceholder = 'PROJECT_NUMBER';

/** A command as it can be typed into a shell. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
