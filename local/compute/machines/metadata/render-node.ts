import type { MetadataNode } from './metadata-tree.ts';

/** Finds the node at a path. */
export function findNode(root: MetadataNode, path: readonly string[]): MetadataNode | undefined {
  let node: MetadataNode | undefined = root;
  for (const part of path) {
    if (node === undefined || typeof node !== 'object') return undefined;
    node = Object.hasOwn(node, part) ? (node as Record<string, MetadataNode>)[part] : undefined;
  }
  return node;
}

/** Renders a node as Compute Engine's metadata server does. Keys of recursive JSON responses are in camel case. */
export function renderNode(
  node: MetadataNode,
  path: readonly string[],
  recursive: boolean,
  format: 'json' | 'text',
): string {
  if (typeof node !== 'object') return format === 'json' ? JSON.stringify(node) : String(node);
  if (!recursive) {
    const names = Object.entries(node).map(([key, value]) =>
      typeof value === 'object' && !isTagList(key, value) ? `${key}/` : key,
    );
    return format === 'json' ? JSON.stringify(names) : names.map((name) => `${name}\n`).join('');
  }
  return format === 'json' ? JSON.stringify(toCamelCaseKeys(node, path)) : renderFlat(node, '');
}

function isTagList(key: string, value: MetadataNode): boolean {
  return key === 'tags' && Array.isArray(value);
}

/** User-defined names (attributes) are not converted. */
function toCamelCaseKeys(node: MetadataNode, path: readonly string[]): unknown {
  if (Array.isArray(node)) return node.map((each: MetadataNode) => toCamelCaseKeys(each, path));
  if (typeof node !== 'object') return node;
  const isUserDefined = path.includes('attributes') || path.includes('guest-attributes');
  const toKey = (key: string) =>
    isUserDefined ? key : key.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [toKey(key), toCamelCaseKeys(value, [...path, key])]),
  );
}

function renderFlat(node: MetadataNode, prefix: string): string {
  if (typeof node !== 'object') return `${prefix} ${node}\n`;
  const joinKey = (key: string) => (prefix === '' ? key : `${prefix}/${key}`);
  return Object.entries(node)
    .map(([key, value]) => renderFlat(value as MetadataNode, joinKey(key)))
    .join('');
}
