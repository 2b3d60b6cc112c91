import type { Difference } from '../../store/step-error.ts';
import { limits } from './limits.ts';
import { type Markdown, md } from './markdown.ts';

const maxCellWidth = 48;
/** Leaves room for the code fence, the last line and escaping. */
const maxTextLength = limits.section - 200;

/** Fixed-width table. Truncates wide cells; counts rows over the section limit. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): Markdown {
  const cells = [head, ...rows].map((row) => row.map(formatCell));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)));
  const lines = cells.map(
    (row) =>
      md`${row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}`.markdown,
  );
  const visibleLines: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > maxTextLength) break;
    visibleLines.push(line);
  }
  if (visibleLines.length < lines.length) visibleLines.push(`… and ${lines.length - visibleLines.length} more`);
  return { markdown: `\`\`\`\n${visibleLines.join('\n')}\n\`\`\`` };
}

function formatCell(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('`', '’').trim() || '';
  const characters = [...line];
  return characters.length > maxCellWidth ? `${characters.slice(0, maxCellWidth - 1).join('')}…` : line;
}

/** Table of expected and actual settings. */
export function formatDifferences(differences: readonly Difference[]): Markdown {
  return formatTable(
    ['', 'expected', 'actual'],
    differences.map(({ field, desired, actual }) => [field, desired, actual]),
  );
}
