/** Forms of one name: `node-labels`, `nodeLabels`, `NodeLabels` and `Node labels`. */
export interface Names {
  readonly kebab: string;
  readonly camel: string;
  readonly pascal: string;
  readonly title: string;
}

/** @throws Error when the name is not in kebab-case */
export function parseName(kebab: string): Names {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(kebab)) {
    throw new Error(`"${kebab}" is not a name in kebab-case, such as node-labels`);
  }
  const pascal = kebab.split('-').map(capitalize).join('');
  return {
    kebab,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    title: capitalize(kebab.replaceAll('-', ' ')),
  };
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
