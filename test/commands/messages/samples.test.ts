import { describe, expect, test } from 'vitest';
import { samples } from '../../../local/gallery/samples.ts';
import { phaseStatusIcons } from '../../../src/commands/messages/phase-line.ts';
import { runStatusIcons } from '../../../src/commands/messages/run-status.ts';
import { renderText } from './render-text.ts';
import { expectWithinLimits } from './within-limits.ts';

const named = samples.map((sample) => [`${sample.group}: ${sample.name}`, sample] as const);
const frozen = named.filter(([, { isLive }]) => !isLive);

describe('every sample', () => {
  test.each(frozen)('%s has the text of its snapshot', (_, { message }) => {
    expect(`\n${renderText(message)}\n`).toMatchSnapshot();
  });

  test.each(named)('%s is within Slack’s limits and has only known fields', (_, { message }) => {
    expectWithinLimits(message);
  });

  test('has a unique name', () => {
    const names = named.map(([name]) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe('the status of a run', () => {
  const summaries = samples.filter(({ group }) => group === 'Summary');
  const renderSummary = (name: string) => {
    const sample = summaries.find((one) => one.name === name);
    return sample ? renderText(sample.message) : '';
  };

  test('has a different heading while the run is in progress, waits, failed, was cancelled, is incomplete and is done', () => {
    const states = ['creating', 'waiting', 'failed', 'cancelled', 'ready without DNS', 'ready'].map(renderSummary);
    const headings = states.map((text) => /^# (.+)$/m.exec(text)?.[1]);
    expect(new Set(headings).size).toBe(states.length);
    expect(headings).not.toContain(undefined);
  });

  test('has a different bar colour when the run failed, was cancelled, is incomplete and is done', () => {
    const squares = Object.values(runStatusIcons).map(({ square }) => square);
    const bars = ['failed', 'cancelled', 'ready without DNS', 'ready']
      .map(renderSummary)
      .map((text) => squares.find((square) => text.includes(square)));
    expect(new Set(bars).size).toBe(4);
  });

  test('is never shown by an icon alone', () => {
    const icons = [...Object.values(phaseStatusIcons), ...Object.values(runStatusIcons)].map(({ icon }) => icon);
    const squares = Object.values(runStatusIcons).map(({ square }) => square);
    const bar = new RegExp(`^(${squares.join('|')}|⬜)+$`, 'u');
    const lines = samples.flatMap(({ message }) => listTexts(message)).flatMap((text) => text.split('\n'));
    expect(lines.length).toBeGreaterThan(500);
    const wordless = lines.filter((line) => {
      const rest = icons.reduce((left, icon) => left.replaceAll(icon, ''), line);
      return !/[\p{L}\d]/u.test(rest) && !bar.test(line) && line !== '```' && line !== '';
    });
    expect(wordless).toEqual([]);
  });

  test('fits a phone: a phase takes at most four lines', () => {
    const lines = summaries.flatMap(({ message }) => listTexts(message)).flatMap((text) => text.split('\n'));
    const phases = lines.filter((line) => / \*.+\* · /.test(line));
    expect(phases.length).toBeGreaterThan(50);
    expect(phases.filter((line) => line.replaceAll(/<[^>]*>/g, '12:00').length > 180)).toEqual([]);
  });
});

function listTexts(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(listTexts);
  if (typeof json !== 'object' || json === null) return [];
  const { text } = json as { text?: unknown };
  return [...(typeof text === 'string' ? [text] : []), ...Object.values(json).flatMap(listTexts)];
}
