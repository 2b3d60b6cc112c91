import { describe, expect, test } from 'vitest';
import { spec } from '../../../local/gallery/samples/fixtures.ts';
import { samples } from '../../../local/gallery/samples.ts';
import { commandRegistry } from '../../../src/commands/routing/command-registry.ts';
import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { retiredPhrases } from '../../architecture/retired-terms.ts';
import { renderText } from './render-text.ts';

/** Each retired phrase as a sentence that names the text, the phrase and the replacement. */
function findRetiredPhrases(source: string, text: string): string[] {
  // Identifiers in code and values in brackets are not prose.
  const prose = text.replaceAll(/`[^`\n]*`/g, ' ').replaceAll(/→ [^\]]*\]/g, ']');
  return retiredPhrases.flatMap(({ pattern, use }) => {
    const match = pattern.exec(prose);
    return match ? [`${source}: "${match[0]}" is retired, use "${use}"`] : [];
  });
}

describe('texts for users have no retired phrase', () => {
  // The live samples contain every error of the catalogue, all CIS checks, all modals and the help of every command.
  test.each(samples.map((sample) => [`${sample.group}: ${sample.name}`, sample] as const))(
    '%s',
    (name, { message }) => {
      expect(findRetiredPhrases(name, renderText(message))).toEqual([]);
    },
  );

  test.each(phases.map((phase) => [phase.name, phase] as const))('titles of phase %s', (name, phase) => {
    const titles = [phase.title, ...phase.steps(deriveCluster(spec)).map(({ title }) => title)];
    expect(titles.flatMap((title) => findRetiredPhrases(`phase ${name}`, title))).toEqual([]);
  });

  test.each(commandRegistry.map((command) => [command.name, command] as const))(
    'help of %s',
    (name, { summary, usage }) => {
      expect(findRetiredPhrases(`/kthw ${name}`, `${summary}\n${usage}`)).toEqual([]);
    },
  );
});

test('a retired phrase is reported with its replacement', () => {
  expect(findRetiredPhrases('sample', 'rebuilding waits for a yes')).toEqual([
    'sample: "waits for a yes" is retired, use "awaiting approval, paused after chapter N"',
    'sample: "a yes" is retired, use "approval, rejection"',
  ]);
});

test.each(['Pause after each chapter', 'machine type', 'Kubernetes The Hard Way', 'No action needed; retrying'])(
  'accepts "%s"',
  (text) => {
    expect(findRetiredPhrases('sample', text)).toEqual([]);
  },
);
