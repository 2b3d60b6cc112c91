/** A command for a person to type: as root on the instance `runsOn`, or on their own machine. */
export interface ShellCommand {
  readonly runsOn?: string;
  readonly script: string;
}
