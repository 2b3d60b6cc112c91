import { expect } from 'vitest';
import type { ApiMessage } from '../../local/slack/slack-emulator-client.ts';

/** Asserts that one of the cards contains all texts. */
export function expectCard(cards: ApiMessage | readonly ApiMessage[], ...expectedTexts: readonly string[]): void {
  const texts = [cards].flat().map((card) => collectText(card as ApiMessage));
  const missing = texts.map((text) => expectedTexts.filter((part) => !text.includes(part)));
  const fewestMissing = missing.sort((a, b) => a.length - b.length)[0];
  expect(fewestMissing, `the cards are:\n${texts.join('\n---\n')}`).toEqual([]);
}

/** All visible text of a message. */
function collectText(message: ApiMessage): string {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'text' && typeof inner === 'string') found.push(inner);
        else walk(inner);
      }
    }
  };
  walk(message.blocks);
  return found.join('\n');
}
