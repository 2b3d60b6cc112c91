/** Quotes an argument for a shell if necessary. */
export function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** Formats a command with flags, on several lines if long. Flags with value `true` have no argument; undefined flags are omitted. */
export function formatCommand(
  words: readonly string[],
  flags: Readonly<Record<string, string | true | undefined>> = {},
): string {
  const parts = Object.entries(flags).flatMap(([flag, value]) => {
    if (value === undefined) return [];
    return value === true ? [`--${flag}`] : [`--${flag} ${quoteArgument(value)}`];
  });
  const head = words.map(quoteArgument).join(' ');
  const line = [head, ...parts].join(' ');
  return line.length <= maxLineLength ? line : [head, ...parts].join(' \\\n  ');
}

const maxLineLength = 100;

/** Formats a here-document without shell expansion. */
export function formatHereDocument(prefix: string, text: string, suffix = ''): string {
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  const end = whole.split('\n').includes('EOF') ? 'END_OF_FILE' : 'EOF';
  return `${prefix} <<'${end}'${suffix}\n${whole}${end}`;
}

/** A manual command, to run as root on the instance `runsOn`, or on the user's own machine. */
export interface ShellCommand {
  readonly runsOn?: string;
  readonly script: string;
}
