/** Slack mrkdwn with all external text escaped. */
export interface Markdown {
  readonly markdown: string;
}

/** Template tag: escapes interpolated strings, keeps interpolated Markdown. */
export function md(parts: TemplateStringsArray, ...values: readonly (string | number | Markdown)[]): Markdown {
  const out = parts.map((part, i) => part + (i < values.length ? toMarkup(values[i] ?? '') : ''));
  return { markdown: out.join('') };
}

export function joinMarkdown(items: readonly Markdown[], separator = '\n'): Markdown {
  return { markdown: items.map((item) => item.markdown).join(separator) };
}

/** `&`, `<` and `>` start entities, mentions and links in Slack; three backticks start a code block. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('```', '’’’');
}

function toMarkup(value: string | number | Markdown): string {
  return typeof value === 'object' ? value.markdown : escapeMarkdown(String(value));
}
