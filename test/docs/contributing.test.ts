import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'kthw-contributing-'));
/** Not part of the sources, or too large to copy. */
const omitted = new Set(['.git', '.kthw', 'node_modules', 'artefacts', 'coverage']);
const timeoutMs = 240_000;

/** Follows CONTRIBUTING.md in a copy of the repository: generates one of each kind and runs the tests that it names. */
describe('a newcomer who follows CONTRIBUTING.md', () => {
  let before: ReadonlyMap<string, string>;

  beforeAll(() => {
    cpSync(root, copy, { recursive: true, filter: (path) => !omitted.has(path.split(sep).at(-1) ?? '') });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    before = readDigests();
  }, timeoutMs);
  afterAll(() => rmSync(copy, { recursive: true, force: true }), timeoutMs);

  test('generates a phase, a command and a message', { timeout: timeoutMs }, async () => {
    await generate('phase', 'toy-phase');
    expect(listChanges(before)).toEqual(['src/engine/phases/index.ts', 'src/engine/phases/toy-phase.ts']);
    const withPhase = readDigests();
    await generate('command', 'toy-command');
    expect(listChanges(withPhase)).toEqual([
      'src/commands/index.ts',
      'src/commands/toy-command.ts',
      'test/commands/toy-command.test.ts',
    ]);
    const withCommand = readDigests();
    await generate('message', 'toy-message');
    expect(listChanges(withCommand)).toEqual([
      'local/gallery/samples/replies.ts',
      'src/commands/messages/index.ts',
      'src/commands/messages/toy-message.ts',
    ]);
  });

  test('gets code that compiles and is formatted', { timeout: timeoutMs }, async () => {
    await run('tsc', ['-p', '.']);
    await run('biome', ['check', ...listChanges(before)]);
  });

  test('passes the tests that CONTRIBUTING.md names', { timeout: timeoutMs }, async () => {
    const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const sections = /## Add a phase.*(?=## Add a Compute Engine resource)/s.exec(contributing)?.[0] ?? '';
    const named = new Set(sections.match(/test\/[\w/-]+\.test\.ts/g));
    named.delete('test/docs/contributing.test.ts');
    expect(named.size).toBeGreaterThan(3);
    // The laws take minutes over all phases: only those of the new one run here.
    const laws = 'test/engine/phases/phase-laws.test.ts';
    const others = [...named].filter((file) => file !== laws);
    await run('vitest', ['run', ...others, 'test/commands/toy-command.test.ts']);
    const result = await run('vitest', ['run', laws, '-t', 'phase toy-phase']);
    expect(result).toMatch(/Tests .*\d+ passed/);
    expect(listChanges(before).filter((path) => path.includes('__snapshots__'))).toEqual([
      'test/commands/messages/__snapshots__/samples.test.ts.snap',
    ]);
  });

  test('gets an error when a name is taken or not in kebab-case', async () => {
    await expect(generate('phase', 'toy-phase')).rejects.toThrow(/already exists: src\/engine\/phases\/toy-phase\.ts/);
    await expect(generate('command', 'ToyCommand')).rejects.toThrow(/kebab-case/);
    await expect(generate('step', 'toy-step')).rejects.toThrow(/usage: npm run new/);
  });
});

async function generate(kind: string, name: string): Promise<void> {
  await run('node', ['scripts/new/main.ts', kind, name]);
}

/** @throws Error with the output when it fails */
async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execa(join(root, 'node_modules/.bin', program), args, {
    cwd: copy,
    all: true,
    env: { NO_COLOR: '1', CI: '', VITEST: undefined },
  });
  return stdout;
}

function readDigests(): ReadonlyMap<string, string> {
  // A recursive listing follows the link to node_modules, where other test runs write their caches.
  const files = readdirSync(copy, { withFileTypes: true })
    .filter(({ name }) => !omitted.has(name))
    .flatMap((top) => (top.isDirectory() ? listFiles(join(copy, top.name)) : [join(copy, top.name)]));
  return new Map(
    files.map((file) => [relative(copy, file), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

/** Files that are new, changed or gone since then. */
function listChanges(since: ReadonlyMap<string, string>): string[] {
  const now = readDigests();
  const paths = new Set([...since.keys(), ...now.keys()]);
  return [...paths].filter((path) => since.get(path) !== now.get(path)).sort();
}

function listFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
