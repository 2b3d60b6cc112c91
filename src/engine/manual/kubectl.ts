import { renderYamlDocuments } from '../render/yaml-documents.ts';
import { formatHereDocument } from './shell.ts';

/** As the tutorial does: on a controller, as the cluster's admin. */
export const kubectlCommand = 'kubectl --kubeconfig admin.kubeconfig';

/** Makes objects so in the cluster's API. Pure. */
export function renderKubectlApply(...objects: readonly object[]): string {
  return formatHereDocument('cat', renderYamlDocuments(...objects), ` | ${kubectlCommand} apply -f -`);
}

/** Rows under their headings, as kubectl prints them. */
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
