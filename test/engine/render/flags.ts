/** Parses the flags of a unit's `ExecStart`, by name. */
export function parseUnitFlags(unit: string): Map<string, string> {
  const command = /^ExecStart=((?:.*\\\n)*.*)$/m.exec(unit)?.[1] ?? '';
  const words = command.replaceAll('\\\n', ' ').split(/\s+/).slice(1);
  return new Map(words.map((word) => [word.slice(2, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
}
