import type { Difference } from '../../store/step-error.ts';
import type { Markdown } from './markdown.ts';
import { formatTable } from './table.ts';

/** Table of expected and actual settings. */
export function formatDifferences(differences: readonly Difference[]): Markdown {
  return formatTable(
    ['', 'expected', 'actual'],
    differences.map(({ field, desired, actual }) => [field, desired, actual]),
  );
}
