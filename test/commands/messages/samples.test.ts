import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { samples } from '../../../local/gallery/samples.ts';
import { phaseLabels, runStatusStyles } from '../../../src/commands/messages/run-status.ts';
import { expectWithinLimits } from './within-limits.ts';

const root = join(import.meta.dirname, '../../..');
const named = samples.map((sample) => [`${sample.group}: ${sample.name}`, sample] as const);

describe('everything that people meet', () => {
  test.each(named)('%s is what it was', (_, { message }) => {
    expect(JSON.parse(JSON.stringify(message))).toMatchSnapshot();
  });

  test.each(named)('%s is what Slack takes, and nothing else', (_, { message }) => {
    expectWithinLimits(message);
  });

  test('has a name of its own', () => {
    const names = named.map(([name]) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe('no message is forgotten', () => {
  /** What messages are made with. */
  const tools = ['blocks.ts', 'limits.ts'];
  const files = readdirSync(join(root, 'src/commands/messages')).filter((file) => !tools.includes(file));
  const made = files.flatMap((file) =>
    makersIn(readFileSync(join(root, 'src/commands/messages', file), 'utf8')).map((name) => [name, file] as const),
  );
  const used = readdirSync(join(root, 'local/gallery/samples'))
    .map((file) => readFileSync(join(root, 'local/gallery/samples', file), 'utf8'))
    .join('\n');

  test.each(made)('%s of %s is in the samples', (name) => {
    expect(used).toMatch(new RegExp(`\\b${name}\\(`));
  });

  test('none is made anywhere else', () => {
    const commands = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('messages/'),
    );
    expect(commands.length).toBeGreaterThan(30);
    const making = commands.filter((file) =>
      readFileSync(join(root, 'src/commands', file), 'utf8').includes("/messages/blocks.ts'"),
    );
    expect(making).toEqual([]);
  });

  test('every function that makes one is seen', () => {
    const code = `export function one(a: { b(): number }): Message {
export function two(
  c: string,
): { readonly shown: Message } {
export function three(): ModalView {
export function four(): Markdown {
function five(): Message {`;
    expect(makersIn(code)).toEqual(['one', 'two', 'three']);
    expect(made.length).toBeGreaterThan(25);
  });
});

describe('a run at a glance', () => {
  const summaries = samples.filter(({ group }) => group === 'Summary');
  const shown = (name: string) => JSON.stringify(summaries.find((one) => one.name === name)?.message);

  test('is another colour and another word while it waits, fails, is stopped and is done', () => {
    const states = ['building', 'waiting', 'failed', 'cancelled', 'ready'].map(shown);
    const heads = states.map((json) => /"header","text":\{"type":"plain_text","text":"([^"]+)"/.exec(json)?.[1]);
    expect(new Set(heads).size).toBe(states.length);
    const colours = Object.values(runStatusStyles).map(({ square }) => square);
    const bars = states.slice(2).map((json) => colours.find((colour) => json.includes(colour)));
    expect(new Set(bars).size).toBe(3);
  });

  test('is never said by an icon alone', () => {
    const icons = [...Object.values(phaseLabels), ...Object.values(runStatusStyles)].map(({ icon }) => icon);
    const bar = new RegExp(
      `^(${Object.values(runStatusStyles)
        .map(({ square }) => square)
        .join('|')}|⬜)+$`,
      'u',
    );
    const lines = samples.flatMap(({ message }) => textsIn(message)).flatMap((text) => text.split('\n'));
    expect(lines.length).toBeGreaterThan(500);
    const wordless = lines.filter((line) => {
      const rest = icons.reduce((left, icon) => left.replaceAll(icon, ''), line);
      return !/[\p{L}\d]/u.test(rest) && !bar.test(line) && line !== '```' && line !== '';
    });
    expect(wordless).toEqual([]);
  });

  test('is one that fits a telephone: no phase takes more than four of its lines', () => {
    const lines = summaries.flatMap(({ message }) => textsIn(message)).flatMap((text) => text.split('\n'));
    const phases = lines.filter((line) => / \*.+\* · /.test(line));
    expect(phases.length).toBeGreaterThan(100);
    expect(phases.filter((line) => line.replaceAll(/<[^>]*>/g, '12:00').length > 180)).toEqual([]);
  });
});

function textsIn(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(textsIn);
  if (typeof json !== 'object' || json === null) return [];
  const { text } = json as { text?: unknown };
  return [...(typeof text === 'string' ? [text] : []), ...Object.values(json).flatMap(textsIn)];
}

/** Names of exported functions that make a message or a view. */
function makersIn(code: string): string[] {
  return Array.from(
    code.matchAll(
      /^export function (\w+)\((?:[^{}]|\{[^}]*\})*?\): (?:\{[^}]*)?\b(?:Message|ModalView|HomeView|Extract<Reply)\b/gm,
    ),
    (match) => match[1] ?? '',
  );
}
