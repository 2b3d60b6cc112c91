import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { readSentences, stripCodeBlocks } from './read-prose.ts';

const root = join(import.meta.dirname, '../..');
const files = globSync(['*.md', '{docs,src,local,test}/**/*.md'], { cwd: root }).filter(
  (file) => !file.includes('node_modules'),
);
const prose = files.filter((file) => /^(README|ARCHITECTURE|CONTRIBUTING|RUNBOOK)\.md$|^docs\//.test(file));
/** Folders whose paths appear in the documentation. */
const folders = ['bench', 'deploy', 'docs', 'local', 'scripts', 'src', 'test'];

const limits = { readmeWords: 1_600, meanSentenceWords: 18, sentenceWords: 35 } as const;

test('the documentation is where its readers look for it', () => {
  expect(files).toEqual(
    expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'GLOSSARY.md', join('docs', 'production.md')]),
  );
  expect(read('LICENSE')).toContain('Apache License');
  expect(manifest.license).toBe('Apache-2.0');
});

describe.each(files)('%s', (file) => {
  const text = read(file);

  test('links only to files and headings that exist', () => {
    const targets = Array.from(stripCodeBlocks(text).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
    expect(targets.filter((target) => !isExternal(target) && !resolvesTo(file, target))).toEqual([]);
  });

  test('names only paths that exist', () => {
    const named = Array.from(text.matchAll(/`([^`\s]+)`/g), ([, code = '']) => code).filter(isPath);
    const missing = named.flatMap(expandBraces).filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const scripts = Array.from(text.matchAll(/npm run ([a-z:]+)/g), ([, name = '']) => name);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});

test(`the README has at most ${limits.readmeWords} words`, () => {
  const words = read('README.md')
    .split(/\s+/)
    .filter((word) => /[\p{L}\d]/u.test(word));
  expect(words.length).toBeLessThanOrEqual(limits.readmeWords);
});

describe.each(prose)('the sentences of %s', (file) => {
  const sentences = readSentences(read(file));

  test(`have at most ${limits.meanSentenceWords} words on average`, () => {
    const words = sentences.reduce((sum, sentence) => sum + sentence.words, 0);
    expect(words / sentences.length).toBeLessThanOrEqual(limits.meanSentenceWords);
  });

  test(`have at most ${limits.sentenceWords} words each`, () => {
    expect(sentences.filter(({ words }) => words > limits.sentenceWords).map(({ text }) => text)).toEqual([]);
  });
});

test('docs/configuration.md has every variable of the bot, and no other', () => {
  const code = [
    read('src/config.ts'),
    read('local/compute/machines/guest/ensure-rootfs.ts'),
    read('local/slack/read-edition.ts'),
  ].join('\n');
  const inCode = new Set(code.match(/\b(?:KTHW|SLACK)_[A-Z_]+\b/g));
  const inDocs = new Set(read('docs/configuration.md').match(/\b(?:KTHW|SLACK)_[A-Z_]+\b/g));
  expect(inCode.size).toBeGreaterThan(20);
  expect([...inDocs].sort()).toEqual([...inCode].sort());
});

test('the glossary has one line per term, sorted', () => {
  const rows = Array.from(
    read('GLOSSARY.md').matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm),
    ([, term = '']) => term,
  );
  const terms = rows.filter((term) => term !== 'Term').map((term) => term.toLowerCase());
  expect(terms.length).toBeGreaterThan(100);
  expect(terms).toEqual([...new Set(terms)].sort());
});

describe('the sentence counter', () => {
  test.each([
    ['One two three. Four five.', [3, 2]],
    ['- One `a b c` two\n- three', [3, 1]],
    ['```\nnot this one\n```\nOnly this.', [2]],
    ['| not | this |\n\nA [link text](x.md) counts.', [4]],
    ['One\ntwo\n\nthree', [2, 1]],
  ])('splits %j', (markdown, expected) => {
    expect(readSentences(markdown).map(({ words }) => words)).toEqual(expected);
  });
});

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function isExternal(target: string): boolean {
  return /^[a-z]+:/.test(target);
}

function resolvesTo(file: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const linked = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(join(root, linked))) return false;
  return anchor === undefined || listAnchors(read(linked)).includes(anchor);
}

/** Anchors that GitHub gives the headings of a file. */
function listAnchors(markdown: string): string[] {
  return Array.from(stripCodeBlocks(markdown).matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );
}

/** Not placeholders such as `src/commands/NAME.ts`, nor patterns. */
function isPath(code: string): boolean {
  return (
    folders.some((folder) => code.startsWith(`${folder}/`)) && !/[A-Z]{4}|[*…<]/.test(code.replace(/[A-Z-]+\.md$/, ''))
  );
}

/** `src/{a,b}` stands for `src/a` and `src/b`. */
function expandBraces(path: string): string[] {
  const match = /^(.*)\{([^}]*)\}(.*)$/.exec(path);
  return match ? (match[2] ?? '').split(',').map((part) => `${match[1]}${part}${match[3]}`) : [path];
}
