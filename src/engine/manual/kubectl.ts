import { renderYamlDocuments } from '../render/yaml-documents.ts';
import { formatHereDocument } from './format-command.ts';

/** Runs on a controller as cluster admin, as in the tutorial. */
export const kubectlCommand = 'kubectl --kubeconfig admin.kubeconfig';

/** Renders a `kubectl apply` of objects. Pure. */
export function renderKubectlApply(...objects: readonly object[]): string {
  return formatHereDocument('cat', renderYamlDocuments(...objects), ` | ${kubectlCommand} apply -f -`);
}

/** Formats a table like kubectl. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
