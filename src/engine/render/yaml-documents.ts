import { stringify } from 'yaml';

/** Renders objects as YAML documents. Kubernetes reads YAML 1.1, where an unquoted `on` is a boolean. */
export function renderYamlDocuments(...objects: readonly object[]): string {
  return objects
    .map((object) => stringify(object, { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false }))
    .join('---\n');
}
