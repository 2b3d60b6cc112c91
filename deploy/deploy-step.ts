/** One thing to do. Pure data: what is shown is what is run. */
export interface Step {
  readonly why: string;
  /** Prints something where it is there already. None: it is done each time. */
  readonly look?: readonly string[];
  /** When to do it, by what the look printed. @default missing */
  readonly when?: 'missing' | 'found';
  readonly run: readonly string[];
  /** Asked for and given over standard input, never as an argument. */
  readonly secret?: string;
  /** A look that fails means: it is not there. */
  readonly lookMayFail?: boolean;
  /** What the step takes away is gone already, or was never there: no error. */
  readonly mayFail?: boolean;
}

/** Stands in commands for the project's number, which gcloud is asked for. */
export const projectNumber = 'PROJECT_NUMBER';

/** A command as it can be typed into a shell. */
export function typed(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
