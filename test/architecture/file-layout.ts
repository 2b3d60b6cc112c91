import type { SourceFile } from './source-files.ts';

const maxValueExports = 3;
const maxFilesOfMixedKinds = 25;

/** Folders that hold one kind of thing, a file each, and so may hold many. */
const catalogs: Readonly<Record<string, string>> = {
  'src/commands': 'one file per subcommand',
  'src/commands/messages': 'one file per message',
  'src/engine/phases': 'one file per phase',
  'src/engine/render': 'one file per rendered configuration',
};

/** File names that stand for a role, not for an export. */
const roleNames = new Set(['main', 'index', 'app']);

/** Each broken rule as a sentence that names the file and the fix. */
export function findFileViolations({ path, exports }: SourceFile): string[] {
  const base = path.slice(path.lastIndexOf('/') + 1).replace(/\.tsx?$/, '');
  const values = exports.filter(({ kind }) => kind !== 'type');
  const violations: string[] = [];
  if (roleNames.has(base) || exports.length === 0) return violations;
  if (values.length > maxValueExports) {
    const names = values.map(({ name }) => name).join(', ');
    violations.push(`${path} exports ${values.length} values (${names}): split it, ${maxValueExports} at most`);
  }
  if (!exports.some(({ name }) => isNamedLike(base, name))) {
    const names = exports.map(({ name }) => name).join(', ');
    violations.push(`${path} exports ${names}: name the file like its main export, or the export like the file`);
  }
  return violations;
}

/** `cluster-service` fits `ClusterService`, `createClusterService` and `clusterServiceDefaults`. */
function isNamedLike(fileName: string, exportName: string): boolean {
  const words = toWords(exportName);
  const file = fileName.split('-').map(singularize);
  return file.every((word) => words.map(singularize).includes(word));
}

function toWords(name: string): string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? []).map((word) => word.toLowerCase());
}

function singularize(word: string): string {
  return word.replace(/ies$/, 'y').replace(/(?<=[^s])s$/, '');
}

export function findFolderViolations(paths: readonly string[]): string[] {
  const folders = new Map<string, number>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return [...folders]
    .filter(([folder, count]) => count > maxFilesOfMixedKinds && catalogs[folder] === undefined)
    .map(
      ([folder, count]) => `${folder} holds ${count} files: group them in subfolders, ${maxFilesOfMixedKinds} at most`,
    );
}
