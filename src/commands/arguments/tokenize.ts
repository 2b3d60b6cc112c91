/**
 * The words of what somebody typed; quotes keep blanks together. Slack's clients turn `"` into curly quotes and `--`
 * into a dash, so both are taken for what was typed.
 */
export function tokenize(text: string): string[] {
  const normalized = text
    .replaceAll(/[“”„]/g, '"')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/(^|\s)[—–](?=[a-z])/gi, '$1--');
  const words = normalized.match(/(?:"[^"]*"|'[^']*'|[^\s"']|["'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
