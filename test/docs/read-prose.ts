/** A sentence of a Markdown file, without code, links and markup. */
export interface Sentence {
  readonly text: string;
  readonly words: number;
}

/**
 * Sentences of the running text. Code blocks, tables, headings and images do not count; inline code counts as one word,
 * a link as its text.
 */
export function readSentences(markdown: string): readonly Sentence[] {
  return splitBlocks(stripCodeBlocks(markdown))
    .flatMap((block) => toPlainText(block).split(/(?<=[.!?:])\s+(?=[\p{Lu}\d"'(]|kthw\b)/u))
    .map((text) => ({ text, words: (text.match(/[\p{L}\d][^\s]*/gu) ?? []).length }))
    .filter(({ words }) => words > 0);
}

export function stripCodeBlocks(markdown: string): string {
  return markdown.replace(/^([ \t]*)(`{3,})[^\n]*\n[\s\S]*?^\1\2[ \t]*$/gm, '');
}

/** Paragraphs and list items, one string each. */
function splitBlocks(markdown: string): string[] {
  const blocks: string[] = [];
  let isOpen = false;
  for (const line of markdown.split('\n')) {
    const text = line.trim();
    if (text === '' || /^(#|\||!\[|<!--)/.test(text)) {
      isOpen = false;
      continue;
    }
    const item = /^(?:[-*]|\d+\.)\s+(.*)$/.exec(text)?.[1];
    if (item === undefined && isOpen) blocks.push(`${blocks.pop()} ${text}`);
    else blocks.push(item ?? text);
    isOpen = true;
  }
  return blocks;
}

function toPlainText(block: string): string {
  return block
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/`[^`]*`/g, 'Code')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<https?:[^>]*>/g, 'Link')
    .replace(/[*_]{1,2}/g, '');
}
