/**
 * Inserts a line into a list of similar lines, in alphabetical order.
 * @throws Error when the text has no such line
 */
export function insertSortedLine(text: string, line: string, isEntry: (line: string) => boolean): string {
  const lines = text.split('\n');
  const entries = lines.flatMap((each, index) => (isEntry(each) ? [index] : []));
  const last = entries.at(-1);
  if (last === undefined) throw new Error(`found no place for: ${line.trim()}`);
  const next = entries.find((index) => (lines[index] ?? '') > line);
  return lines.toSpliced(next ?? last + 1, 0, line).join('\n');
}

/** Inserts an import of a file in the same folder, in the order of paths. */
export function insertImport(text: string, imported: string, file: string): string {
  return insertStatement(text, 'import', imported, file);
}

/** Adds an export to an `index.ts`, in the order of paths. @throws Error when the text exports nothing */
export function insertExport(text: string, exported: string, file: string): string {
  return insertStatement(text, 'export', exported, file);
}

function insertStatement(text: string, keyword: 'import' | 'export', name: string, file: string): string {
  const statement = `${keyword} { ${name} } from './${file}.ts';\n`;
  const all = Array.from(text.matchAll(new RegExp(`^${keyword} (?:type )?\\{[^}]*\\} from '([^']+)';\\n`, 'gm')));
  if (keyword === 'export' && all.length === 0) throw new Error(`found no place for: ${statement.trim()}`);
  const next = all.find(([, path = '']) => path > `./${file}.ts`);
  const last = all.at(-1);
  const position = next?.index ?? (last ? last.index + last[0].length : 0);
  return text.slice(0, position) + statement + text.slice(position);
}
