import { stringify } from 'yaml';

/** Objects as YAML, a document each. Quoted for YAML 1.1 too, which is what Kubernetes reads: there `on` is a boolean. */
export function renderYamlDocuments(...objects: readonly object[]): string {
  return objects
    .map((object) => stringify(object, { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false }))
    .join('---\n');
}
