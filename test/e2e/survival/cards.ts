import { expect } from 'vitest';
import type { ApiMessage } from '../../../local/slack/slack-emulator-client.ts';

/** Asserts that one of the cards contains all texts. */
export function expectCard(cards: ApiMessage | readonly ApiMessage[], ...says: readonly string[]): void {
  const texts = [cards].flat().map((card) => textOf(card as ApiMessage));
  const best = texts.map((text) => says.filter((part) => !text.includes(part))).sort((a, b) => a.length - b.length)[0];
  expect(best, `the cards say:\n${texts.join('\n---\n')}`).toEqual([]);
}

/** All visible text of a message. */
function textOf(message: ApiMessage): string {
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
