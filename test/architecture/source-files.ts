import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

export const root = join(import.meta.dirname, '../..');

export interface SourceExport {
  readonly name: string;
  readonly kind: 'function' | 'value' | 'type';
}

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  /** Every module specifier, static or dynamic, type-only or not. */
  readonly imports: readonly string[];
  readonly exports: readonly SourceExport[];
  /** Named functions and methods, wherever they are declared. */
  readonly functions: readonly { readonly name: string; readonly isMethod: boolean }[];
  /** Names that the file declares: variables, parameters, functions, types, members. */
  readonly declared: ReadonlySet<string>;
  /** String literals and the static parts of template literals. */
  readonly strings: readonly string[];
  readonly comments: readonly string[];
  readonly lines: number;
}

/** Parses the TypeScript files below `folder`, which is relative to the repository. */
export function readSourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => posix.join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
    .map((path) => parseSourceFile(path, readFileSync(join(root, path), 'utf8')));
}

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

/** @throws Error when the file has a syntax error */
export function parseSourceFile(path: string, text: string): SourceFile {
  const { program, errors, comments } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const imports: string[] = [];
  const functions: { name: string; isMethod: boolean }[] = [];
  const declared = new Set<string>();
  const strings: string[] = [];
  const visit = (node: Node, parent: Node | undefined): void => {
    const source = node.source as Node | undefined | null;
    if (/^(Import|Export).*Declaration$|^ImportExpression$|^TSImportType$/.test(node.type) && source)
      imports.push(String(source.value ?? (source as { literal?: Node }).literal?.value));
    if (node.type === 'CallExpression' && nameOf(node.callee) === 'require') {
      const [first] = node.arguments as Node[];
      if (typeof first?.value === 'string') imports.push(first.value);
    }
    const id = nameOf(node.id);
    if (id !== undefined && node.type !== 'TSTypeParameter') declared.add(id);
    if (node.type === 'FunctionDeclaration' && id !== undefined) functions.push({ name: id, isMethod: false });
    if (node.type === 'VariableDeclarator' && id !== undefined && isFunction(node.init))
      functions.push({ name: id, isMethod: false });
    const key = node.computed === true ? undefined : nameOf(node.key);
    const isMember = /^(Property|PropertyDefinition|MethodDefinition|TSPropertySignature|TSMethodSignature)$/.test(
      node.type,
    );
    if (key !== undefined && isMember && parent?.type !== 'ObjectPattern') {
      declared.add(key);
      const isAccessor = node.kind === 'get' || node.kind === 'set';
      if (node.type === 'MethodDefinition' && node.kind !== 'constructor' && !isAccessor)
        functions.push({ name: key, isMethod: true });
      if (node.type === 'TSMethodSignature') functions.push({ name: key, isMethod: true });
    }
    if (node.type === 'Identifier' && parent !== undefined && isBinding(node, parent)) declared.add(String(node.name));
    const isModule = parent !== undefined && (parent.source === node || parent.type === 'TSImportType');
    if (node.type === 'Literal' && typeof node.value === 'string' && !isModule) strings.push(node.value);
    if (node.type === 'TemplateElement') strings.push(String((node.value as { cooked?: string }).cooked ?? ''));
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, node);
    }
  };
  visit(program as unknown as Node, undefined);
  return {
    path,
    imports,
    exports: exportsOf(program as unknown as Node),
    functions,
    declared,
    strings,
    comments: comments.map(({ value }) => value),
    lines: text.replace(/\n$/, '').split('\n').length,
  };
}

function exportsOf(program: Node): SourceExport[] {
  return (program.body as Node[]).flatMap((node): SourceExport[] => {
    if (node.type === 'ExportAllDeclaration') return [];
    if (node.type !== 'ExportNamedDeclaration') return [];
    const declaration = node.declaration as Node | null;
    if (!declaration) {
      return (node.specifiers as Node[]).map((specifier) => ({
        name: nameOf(specifier.exported) ?? '',
        kind: node.exportKind === 'type' || specifier.exportKind === 'type' ? 'type' : 'value',
      }));
    }
    if (/^TS(Interface|TypeAlias)Declaration$/.test(declaration.type))
      return [{ name: nameOf(declaration.id) ?? '', kind: 'type' }];
    if (declaration.type === 'VariableDeclaration') {
      return (declaration.declarations as Node[]).flatMap((each) => {
        const name = nameOf(each.id);
        return name === undefined ? [] : [{ name, kind: isFunction(each.init) ? 'function' : 'value' } as const];
      });
    }
    const kind = declaration.type === 'FunctionDeclaration' ? 'function' : 'value';
    return [{ name: nameOf(declaration.id) ?? '', kind }];
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function isFunction(value: unknown): boolean {
  return isNode(value) && /^(ArrowFunctionExpression|FunctionExpression)$/.test(value.type);
}

function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  return value.type === 'Identifier' || value.type === 'PrivateIdentifier' ? String(value.name) : undefined;
}

/** A parameter or a destructured variable. */
function isBinding(node: Node, parent: Node): boolean {
  if (Array.isArray(parent.params) && (parent.params as unknown[]).includes(node)) return true;
  if (parent.type === 'ArrayPattern' || parent.type === 'RestElement') return true;
  return (
    (parent.type === 'AssignmentPattern' && parent.left === node) ||
    (parent.type === 'Property' && parent.value === node && parent.shorthand === true)
  );
}
