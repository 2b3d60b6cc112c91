import { yamlDocuments } from '../render/yaml-documents.ts';
import { hereDocument } from './shell.ts';

/** As the tutorial does: on a controller, as the cluster's admin. */
export const kubectl = 'kubectl --kubeconfig admin.kubeconfig';

/** Makes objects so in the cluster's API. Pure. */
export function applying(...objects: readonly object[]): string {
  return hereDocument('cat', yamlDocuments(...objects), ` | ${kubectl} apply -f -`);
}

/** Rows under their headings, as kubectl prints them. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
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
