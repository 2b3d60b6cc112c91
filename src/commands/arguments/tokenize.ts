/**
 * Splits text into words; quotes preserve spaces. Slack's clients replace `"` by curly quotes and `--` by a dash, so both
 * are converted back.
 */
export function tokenize(text: string): string[] {
  const normalized = text
    .replaceAll(/[“”„]/g, '"')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/(^|\s)[—–](?=[a-z])/gi, '$1--');
  const words = normalized.match(/(?:"[^"]*"|'[^']*'|[^\s"']|["'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
