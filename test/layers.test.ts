import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..');

/** What each layer may import of ours. Files beside the layers (`main.ts`, `config.ts`) may import all of `src/`. */
const LAYERS: Record<string, readonly string[]> = {
  'src/commands/': ['src/commands/', 'src/engine/', 'src/store/'],
  'src/engine/': ['src/engine/', 'src/store/'],
  'src/store/': ['src/store/'],
};

/** The one folder of each package; `src/`: anywhere. A package that is not here is not for `src/`. */
const PLACES: Record<string, string> = {
  '@expo-google-fonts/inter': 'src/commands/charts/',
  '@google-cloud/compute': 'src/engine/gcp/compute/',
  '@google-cloud/firestore': 'src/store/',
  '@google-cloud/kms': 'src/store/',
  '@google-cloud/tasks': 'src/engine/gcp/tasks/',
  '@opentelemetry/api': 'src/trace/',
  '@opentelemetry/sdk-trace-base': 'src/trace/',
  '@resvg/resvg-js': 'src/commands/charts/',
  '@slack/bolt': 'src/commands/',
  '@slack/types': 'src/commands/',
  '@slack/web-api': 'src/commands/',
  'google-auth-library': 'src/engine/gcp/compute/',
  'ipaddr.js': 'src/',
  'node-forge': 'src/engine/pki/',
  pino: 'src/',
  ssh2: 'src/engine/ssh/',
  yaml: 'src/',
  zod: 'src/',
};

/** Implementations of the store's ports: who uses a store does not know which one. */
const IMPLEMENTATIONS = ['sqlite', 'firestore', 'envelope', 'file-keyring', 'kms-keyring'].map(
  (name) => `src/store/${name}.ts`,
);

/** What commands never touch. */
const OUT_OF_REACH = ['src/engine/gcp/compute/', 'src/engine/gcp/tasks/', 'src/engine/ssh/'];

const MOST_LINES = 400;

describe('the layers', () => {
  const imports = filesIn('src').flatMap((file) => importsOf(read(file)).map((wanted) => [file, wanted] as const));

  test('go one way, and each package stays in its folder', () => {
    // The walk did see the code.
    expect(imports).toContainEqual(['src/store/sqlite/sqlite-store.ts', 'node:sqlite']);
    expect(imports).toContainEqual(['src/store/firestore/firestore-store.ts', '@google-cloud/firestore']);
    const broken = imports.flatMap(([file, wanted]) => lawBroken(file, wanted) ?? []);
    expect(broken).toEqual([]);
  });

  test('have a place for every package that is installed for them', () => {
    expect(Object.keys(manifest.dependencies).filter((name) => PLACES[name] === undefined)).toEqual([]);
  });

  test.each([
    ['src/engine/workflow/run-state.ts', '../commands/create.ts', 'imports src/commands/create.ts, which is above it'],
    ['src/store/store.ts', '../engine/errors.ts', 'imports src/engine/errors.ts, which is above it'],
    ['src/store/store.ts', '../config.ts', 'imports src/config.ts, which is above it'],
    ['src/engine/phases/a.ts', '../../main.ts', 'imports src/main.ts, which is above it'],
    ['src/main.ts', '../local/start.ts', 'imports local/start.ts, which is not in src/'],
    ['src/engine/workflow/run-state.ts', '../../test/support/x.ts', 'imports test/support/x.ts, which is not in src/'],
    [
      'src/engine/cloudy/a.ts',
      '@google-cloud/compute',
      'imports @google-cloud/compute, whose place is src/engine/cloud/',
    ],
    [
      'src/engine/a.ts',
      '@google-cloud/compute/build/x.js',
      'imports @google-cloud/compute, whose place is src/engine/cloud/',
    ],
    ['src/main.ts', 'ssh2', 'imports ssh2, whose place is src/engine/remote/'],
    ['src/engine/a.ts', 'execa', 'imports execa, which has no place in src/'],
    ['src/engine/a.ts', '../store/sqlite.ts', 'imports src/store/sqlite.ts, which only main.ts chooses'],
    ['src/commands/a.ts', '../store/envelope.ts', 'imports src/store/envelope.ts, which only main.ts chooses'],
    ['src/commands/a.ts', '../engine/cloud/cloud.ts', 'imports src/engine/cloud/cloud.ts, which commands never touch'],
  ])('would catch %s importing %s', (file, wanted, reason) => {
    expect(lawBroken(file, wanted)).toBe(`${file} ${reason}`);
  });

  test.each([
    ['src/commands/a.ts', '../engine/desk.ts'],
    ['src/commands/messages/a.ts', '../../store/store.ts'],
    ['src/engine/cloud/a.ts', '@google-cloud/compute'],
    ['src/engine/a.ts', 'node:fs'],
    ['src/main.ts', './store/sqlite.ts'],
    ['src/main.ts', './engine/cloud/compute.ts'],
    ['src/store/vault/vault-provider.ts', './seal.ts'],
  ])('let %s import %s', (file, wanted) => {
    expect(lawBroken(file, wanted)).toBeUndefined();
  });

  test('are seen in every way to import', () => {
    const code = `
      import a from 'one'; import { b } from "two"; import type { C } from 'three'; import 'four';
      import {
        d,
      } from './five.ts';
      export * from './six.ts'; export { e } from './seven.ts';
      const f = await import('eight'); const g = await import(
        'nine'
      ); type H = import('ten').H; const i = require('eleven');
      Buffer.from('twelve');`;
    expect(importsOf(code)).toHaveLength(11);
  });
});

test(`no file has more than ${MOST_LINES} lines`, () => {
  const files = [...filesIn('src'), ...filesIn('local')];
  expect(files.length).toBeGreaterThan(20);
  const long = files.map((file) => [file, linesOf(read(file))] as const).filter(([, lines]) => lines > MOST_LINES);
  expect(long).toEqual([]);
});

function lawBroken(file: string, wanted: string): string | undefined {
  if (wanted.startsWith('node:')) return undefined;
  if (!wanted.startsWith('.')) {
    const name = wanted
      .split('/')
      .slice(0, wanted.startsWith('@') ? 2 : 1)
      .join('/');
    const place = PLACES[name];
    if (place === undefined) return `${file} imports ${name}, which has no place in src/`;
    return file.startsWith(place) ? undefined : `${file} imports ${name}, whose place is ${place}`;
  }
  const target = posix.join(dirname(file), wanted);
  const says = (why: string): string => `${file} imports ${target}, which ${why}`;
  if (target === 'package.json') return undefined;
  if (!target.startsWith('src/')) return says('is not in src/');
  const layer = Object.keys(LAYERS).find((folder) => file.startsWith(folder));
  if (layer === undefined) return undefined;
  if (!LAYERS[layer]?.some((folder) => target.startsWith(folder))) return says('is above it');
  if (layer !== 'src/store/' && IMPLEMENTATIONS.includes(target)) return says('only main.ts chooses');
  if (layer === 'src/commands/' && OUT_OF_REACH.some((folder) => target.startsWith(folder))) {
    return says('commands never touch');
  }
  return undefined;
}

function importsOf(code: string): string[] {
  const found = code.matchAll(/\b(?:from\s*|import\s*\(?\s*|require\s*\(\s*)(['"])([^'"\n]+)\1/g);
  return Array.from(found, (match) => match[2] ?? '');
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.([cm]?[jt]sx?|css)$/.test(entry.name))
    .map((entry) => posix.join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function linesOf(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}
