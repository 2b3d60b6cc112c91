import { limits } from './limits.ts';
import { type Markdown, md } from './markdown.ts';

const widest = 48;
/** Room for the fence, the last line and what escaping adds. */
const room = limits.section - 200;

/** Rows in columns of a fixed width. Cells that are too wide are cut; rows beyond a section's room are counted. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): Markdown {
  const cells = [head, ...rows].map((row) => row.map(cell));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)));
  const lines = cells.map(
    (row) =>
      md`${row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}`.markdown,
  );
  const shown: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > room) break;
    shown.push(line);
  }
  if (shown.length < lines.length) shown.push(`… and ${lines.length - shown.length} more`);
  return { markdown: `\`\`\`\n${shown.join('\n')}\n\`\`\`` };
}

function cell(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('`', '’').trim() || '';
  const letters = [...line];
  return letters.length > widest ? `${letters.slice(0, widest - 1).join('')}…` : line;
}
