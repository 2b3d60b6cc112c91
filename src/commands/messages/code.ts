import { escapeMarkdown, joinMarkdown, type Markdown, md } from './markdown.ts';

/** Inline code. A backtick would end it, so it is replaced by an apostrophe. */
export function formatCode(text: string): Markdown {
  return { markdown: `\`${escapeMarkdown(text.replaceAll('`', '’'))}\`` };
}

/** Formats text between backticks as code. @param transform of the text between backticks */
export function formatBackticks(text: string, transform: (words: string) => string = (words) => words): Markdown {
  const parts = text.split('`');
  const isClosed = (i: number) => i % 2 === 1 && i < parts.length - 1;
  return joinMarkdown(
    parts.map((part, i) => (isClosed(i) && part !== '' ? formatCode(transform(part)) : md`${part}`)),
    '',
  );
}
