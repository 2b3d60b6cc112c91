/** One argument, quoted where a shell would read it otherwise. */
export function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** A command with its flags, over several lines where it would be long. A flag of `true` stands alone; undefined is left out. */
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

/** A text that a command reads, exactly as it stands: nothing in it is expanded. */
export function formatHereDocument(prefix: string, text: string, suffix = ''): string {
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  const end = whole.split('\n').includes('EOF') ? 'END_OF_FILE' : 'EOF';
  return `${prefix} <<'${end}'${suffix}\n${whole}${end}`;
}
