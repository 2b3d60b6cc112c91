import { dirname, posix } from 'node:path';

/**
 * What a folder of `src/` may import: its own level and the levels above it in this list. A folder that is not listed
 * belongs to the nearest listed folder above it.
 */
export const layers: readonly (readonly string[])[] = [
  ['src/store'],
  ['src/engine/cluster'],
  ['src/engine/workflow'],
  [
    'src/engine/downloads',
    'src/engine/gcp',
    'src/engine/kubernetes',
    'src/engine/pki',
    'src/engine/ssh',
    'src/secrets',
  ],
  ['src/engine/manual', 'src/engine/render', 'src/engine/ssh-access', 'src/engine/steps'],
  ['src/engine/diagnostics', 'src/engine/phases'],
  ['src/engine/service', 'src/trace'],
  ['src/commands'],
  ['src', 'src/admin'],
];

/** The only folder that may import a package. `src`: any folder. */
export const packageFolders: Readonly<Record<string, string>> = {
  '@expo-google-fonts/inter': 'src/commands/charts',
  '@google-cloud/compute': 'src/engine/gcp/compute',
  '@google-cloud/firestore': 'src/store/firestore',
  '@google-cloud/kms': 'src/store/vault',
  '@google-cloud/tasks': 'src/engine/gcp/tasks',
  '@opentelemetry/api': 'src/trace',
  '@opentelemetry/sdk-trace-base': 'src/trace',
  '@resvg/resvg-js': 'src/commands/charts',
  '@slack/bolt': 'src/commands/slack',
  '@slack/types': 'src/commands',
  '@slack/web-api': 'src/commands/slack',
  'google-auth-library': 'src/engine/gcp/compute',
  'ipaddr.js': 'src',
  'node-forge': 'src/engine/pki',
  pino: 'src',
  ssh2: 'src/engine/ssh',
  yaml: 'src',
  zod: 'src',
};

/** Implementations that only the composition in `src/*.ts` and `src/admin` chooses, so that users depend on the port. */
const implementations = [
  'src/store/sqlite/',
  'src/store/firestore/',
  'src/store/vault/file-keyring.ts',
  'src/store/vault/kms-keyring.ts',
  'src/store/vault/file-cluster-keys.ts',
  'src/store/vault/secret-manager-cluster-keys.ts',
  'src/store/vault/vault-provider.ts',
];

/** Clouds and instances: commands reach them through the engine's service. */
const outOfReachOfCommands = ['src/engine/gcp/', 'src/engine/ssh/', 'src/engine/kubernetes/'];

/** The broken rule as a sentence, or undefined. */
export function findLayerViolation(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) return findPackageViolation(file, specifier);
  const target = posix.join(dirname(file), specifier);
  const violation = (reason: string): string => `${file} imports ${target}: ${reason}`;
  if (target === 'package.json') return undefined;
  const [from, to] = [levelOf(file), levelOf(target)];
  if (to === undefined) return violation('src/ must not import code outside src/; move the code or pass it in');
  if (from === undefined) return undefined;
  if (to > from) {
    return violation(
      `${layers[to]?.join(', ')} is above ${layers[from]?.join(', ')}; pass it in as data or a callback, or move it down`,
    );
  }
  const isComposition = from === layers.length - 1;
  const isInside = (folder: string): boolean => file.startsWith('src/store/') && target.startsWith(folder);
  if (
    !isComposition &&
    implementations.some((each) => target.startsWith(each) && !isInside(each) && !file.startsWith('src/store/'))
  )
    return violation('only src/*.ts and src/admin choose an implementation; depend on the port');
  if (file.startsWith('src/commands/') && outOfReachOfCommands.some((folder) => target.startsWith(folder)))
    return violation('commands never call a cloud or an instance; use src/engine/service');
  return undefined;
}

function findPackageViolation(file: string, specifier: string): string | undefined {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const folder = packageFolders[name];
  if (folder === undefined)
    return `${file} imports ${name}: add the package to packageFolders in test/architecture/layers.ts`;
  return file.startsWith(`${folder}/`) ? undefined : `${file} imports ${name}: only ${folder}/ may`;
}

function levelOf(file: string): number | undefined {
  for (let folder = posix.dirname(file); folder !== '.'; folder = posix.dirname(folder)) {
    const level = layers.findIndex((each) => each.includes(folder));
    if (level >= 0) return level;
  }
  return undefined;
}

/** Folders that import each other, as `a → b → a`. */
export function findFolderCycles(imports: readonly (readonly [from: string, to: string])[]): string[] {
  const graph = new Map<string, Set<string>>();
  for (const [from, to] of imports) {
    if (from !== to) graph.set(from, (graph.get(from) ?? new Set()).add(to));
  }
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (folder: string, path: readonly string[]): void => {
    const start = path.indexOf(folder);
    if (start >= 0) {
      cycles.push([...path.slice(start), folder].join(' → '));
      return;
    }
    if (done.has(folder)) return;
    for (const next of graph.get(folder) ?? []) visit(next, [...path, folder]);
    done.add(folder);
  };
  for (const folder of graph.keys()) visit(folder, []);
  return cycles;
}
